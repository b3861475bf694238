package dev.headrace.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Constants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownPacksTest {

  private static final int SO_MANY_THAT_LOOKING_TAKES_LONGER_THAN_ADDING = 1_000;

  @TempDir private Path folder;

  @Test
  void jGitComesToAnEndOfLookingAlsoWhilePacksComeWithoutEnd() throws Exception {
    Path bare = folder.resolve("platform.git");
    Upkeep.open(bare, Upkeep.NEVER).close();
    AtomicBoolean done = new AtomicBoolean();
    CountDownLatch many = new CountDownLatch(SO_MANY_THAT_LOOKING_TAKES_LONGER_THAN_ADDING);
    try (FileRepository repository = Samples.repository(bare);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      PackFolder packs = new PackFolder(bare.resolve("objects/pack"));
      KnownPacks known = new KnownPacks(repository, packs);
      Future<Integer> adding = threads.submit(() -> add(known, done, many));
      many.await();

      Thread looking = Thread.ofVirtual().start(() -> known.lookAgain());

      boolean ended = looking.join(Duration.ofSeconds(20));
      done.set(true);
      assertThat(adding.get()).isEqualTo(packs.known());
      assertThat(ended).isTrue();
    }
  }

  @Test
  void anIndexThatCouldNotBeReadOnceIsReadTheNextTime() throws Exception {
    Path bare = folder.resolve("platform.git");
    try (PlatformRepository repository = Upkeep.open(bare, Upkeep.NEVER)) {
      Samples.committed(repository, Samples.deploy(Samples.TODO, "one"));
    }
    try (FileRepository repository = Samples.repository(bare)) {
      PackFolder packs = new PackFolder(bare.resolve("objects/pack"));
      KnownPacks known = new KnownPacks(repository, packs);
      String name = packs.list().getFirst().name();
      Path index = packs.file(name, ".idx");
      Path away = folder.resolve("away");
      Files.move(index, away);
      assertThatThrownBy(() -> known.index(name)).isInstanceOf(IOException.class);

      Files.move(away, index);

      assertThat(known.index(name).getObjectCount()).isPositive();
    }
  }

  private static int add(KnownPacks known, AtomicBoolean done, CountDownLatch many)
      throws IOException {
    int added = 0;
    for (; !done.get(); added++) {
      byte[] text = ("pack " + added).getBytes(StandardCharsets.UTF_8);
      List<GitObject> objects = List.of(GitObject.of(Constants.OBJ_BLOB, text));
      known.add(() -> PackFile.write(known.folder().path(), objects));
      many.countDown();
    }
    return added;
  }
}
