package dev.headrace.git;

import dev.headrace.benchmarks.Folders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** What one commit costs, part by part, on the compiler that Headrace runs with. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgs = {"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class InnerLoops {

  private static final int APPS = 10_000;
  private static final int PACKED = 64;

  private final Random random = new Random(1);
  private final SigningKey key = SigningKey.ofSeed(new byte[32]);
  private final byte[] commit = bytes(1_000);
  private final byte[] trees = bytes(400);
  private final SortedMap<String, byte[]> files = new TreeMap<>();
  private final List<DirectoryPath> paths = new ArrayList<>();
  private @Nullable Folder folder;
  private int turn;

  /** A repository in which a tree of many apps is staged. */
  private static final class Folder {
    private final Path path;
    private final RepositoryFolder repository;
    private final ObjectStore store;
    private ObjectId root;

    Folder(SigningKey key, List<DirectoryPath> paths) throws IOException {
      path = Files.createTempDirectory("headrace-micro-");
      repository = RepositoryFolder.open(path.resolve("git"), key, Clock.systemUTC());
      Path packs = repository.repository().getObjectDatabase().getPackDirectory().toPath();
      KnownPacks known = new KnownPacks(repository.repository(), new PackFolder(packs));
      store = new ObjectStore(repository.repository(), known);
      ObjectStore.Staged staged = store.stage();
      root = staged.add(GitObject.of(Constants.OBJ_TREE, new byte[0]));
      for (DirectoryPath path : paths) {
        root = path.replace(staged, root, Optional.of(ObjectId.zeroId()));
      }
    }
  }

  @Setup(Level.Trial)
  public void setUp() throws IOException {
    for (String name : List.of("app", "deployment", "ingressroute", "kustomization", "service")) {
      files.put(name + ".yaml", bytes(500));
    }
    files.put("src/main.py", bytes(2_300));
    for (int app = 0; app < APPS; app++) {
      paths.add(new DirectoryPath(new AppId("a%07d".formatted(app))));
    }
    folder = new Folder(key, paths);
  }

  @TearDown(Level.Trial)
  public void tearDown() throws IOException {
    folder().repository.close();
    Folders.delete(folder().path);
  }

  /** The signature of one commit. */
  @Benchmark
  public String sign() {
    return key.sign(commit);
  }

  /** The trees from an app's directory up to the root, named. */
  @Benchmark
  public ObjectId replaceOneOfManyApps() throws IOException {
    Folder it = folder();
    DirectoryPath path = paths.get(turn++ % APPS);
    it.root = path.replace(it.store.stage(), it.root, Optional.of(id()));
    return it.root;
  }

  /** What a caller does for a deploy: six files named, the one that changed deflated. */
  @Benchmark
  public FileObjects prepare() {
    SortedMap<String, byte[]> changed = new TreeMap<>(files);
    changed.put("src/main.py", joined(new byte[] {(byte) turn++}, code()));
    FileObjects objects = FileObjects.of(changed);
    objects.all().values().stream()
        .filter(object -> object.bytes().length > 2_000)
        .forEach(GitObject::packed);
    return objects;
  }

  /** A pack of the objects of {@value #PACKED} commits, forced to the disk. */
  @Benchmark
  public Object pack() throws IOException {
    List<GitObject> objects = new ArrayList<>();
    for (int i = 0; i < PACKED; i++) {
      byte[] mark = {(byte) i};
      objects.add(GitObject.of(Constants.OBJ_COMMIT, joined(mark, commit)));
      objects.add(GitObject.of(Constants.OBJ_BLOB, joined(mark, code())));
      for (byte tree = 0; tree < 7; tree++) {
        objects.add(GitObject.of(Constants.OBJ_TREE, joined(new byte[] {(byte) i, tree}, trees)));
      }
    }
    return PackFile.write(folder().path, objects);
  }

  private static byte[] joined(byte[] mark, byte[] bytes) {
    return ByteBuffer.allocate(mark.length + bytes.length).put(mark).put(bytes).array();
  }

  private byte[] code() {
    return Objects.requireNonNull(files.get("src/main.py"));
  }

  private Folder folder() {
    return Objects.requireNonNull(folder);
  }

  private ObjectId id() {
    return ObjectId.fromRaw(bytes(20));
  }

  /** Of 64 characters, so that they deflate as text with signatures in it does. */
  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (' ' + random.nextInt(64));
    }
    return bytes;
  }

  @Test
  @EnabledIfSystemProperty(named = "micro", matches = "true")
  void run() throws RunnerException {
    var _ = new Runner(new OptionsBuilder().include(InnerLoops.class.getName()).build()).run();
  }
}
