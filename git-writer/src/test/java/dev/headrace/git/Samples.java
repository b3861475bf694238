package dev.headrace.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/** Changes as tests make them, all from one seed and one moment. */
final class Samples {

  static final Clock CLOCK = Clock.fixed(Instant.parse("2026-03-04T05:06:07.890Z"), ZoneOffset.UTC);
  static final Actor ALICE = new Actor("65f0c0ffee0123456789abcd", "alice");
  static final Actor BOB = new Actor("65f0c0ffee0123456789abce", "bob");
  static final AppId TODO = new AppId("k3f9a2bq");
  static final TenantId ALICES = new TenantId(ALICE.userId());
  static final AppId SHOP = new AppId("zz00aa11");
  static final SigningKey KEY = SigningKey.ofSeed(bytes("a fixed seed of thirty-two bytes"));

  private static final long SEED = 20_260_304L;
  private static final Random RANDOM = new Random(SEED);

  private Samples() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A repository as another process has it. */
  static FileRepository repository(Path bare) throws IOException {
    return (FileRepository) new FileRepositoryBuilder().setGitDir(bare.toFile()).setBare().build();
  }

  static synchronized DeployId nextDeployId() {
    return DeployId.next(CLOCK, RANDOM);
  }

  static SortedMap<String, byte[]> files(String code) {
    return new TreeMap<>(
        Map.of(
            "app.yaml", bytes("apiVersion: headrace.dev/v1\nkind: App\n"),
            "kustomization.yaml", bytes("resources: []\n"),
            "src/main.py", bytes(code),
            "src/static/style.css", bytes("body { margin: 0 }\n")));
  }

  /** Any 64 hex digits that follow from the code. */
  static String digest(String code) {
    return digest(bytes(code));
  }

  static String digest(byte[] bytes) {
    return HexFormat.of().formatHex(Digests.sha256(bytes));
  }

  static Change deploy(AppId app, String code) {
    return deploy(app, code, nextDeployId());
  }

  static Change deploy(AppId app, String code, DeployId id) {
    return new Change(
        id,
        app,
        "todo-api",
        Action.DEPLOY,
        ALICE,
        Via.WEB,
        Optional.of("Fix paging"),
        new Contents.Files(files(code)),
        Optional.of(digest(code)),
        Optional.empty(),
        Optional.empty());
  }

  static Change named(AppId app, String name, String username, String reason) {
    return new Change(
        nextDeployId(),
        app,
        name,
        Action.DEPLOY,
        new Actor(ALICE.userId(), username),
        Via.API,
        Optional.of(reason),
        new Contents.Files(files("x")),
        Optional.of(digest("x")),
        Optional.empty(),
        Optional.empty());
  }

  static Change with(Action action, AppId app, String name, Contents contents) {
    return new Change(
        nextDeployId(),
        app,
        name,
        action,
        ALICE,
        Via.WEB,
        Optional.empty(),
        contents,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  static Change upgrade(AppId app, String name, Contents contents) {
    return new Change(
        nextDeployId(),
        app,
        name,
        Action.UPGRADE,
        Actor.HEADRACE,
        Via.SYSTEM,
        Optional.empty(),
        contents,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  static Change delete(AppId app) {
    return with(Action.DELETE, app, "todo-api", new Contents.Removed());
  }

  static Change restore(AppId app, CommitId from) {
    return rollback(app, from, new Contents.Restore(from));
  }

  static Change rollback(AppId app, CommitId to, Contents contents) {
    return new Change(
        nextDeployId(),
        app,
        "todo-api",
        Action.ROLLBACK,
        ALICE,
        Via.WEB,
        Optional.empty(),
        contents,
        Optional.empty(),
        Optional.of(to),
        Optional.empty());
  }

  static Change expecting(Change change, CommitId previous) {
    return new Change(
        change.deployId(),
        change.app(),
        change.appName(),
        change.action(),
        change.actor(),
        change.via(),
        change.reason(),
        change.contents(),
        change.contentDigest(),
        change.restores(),
        Optional.of(previous));
  }

  static TenantChange baseline(TenantId tenant, SortedMap<String, byte[]> files) {
    return tenantChange(tenant, new Contents.Files(files));
  }

  static TenantChange removal(TenantId tenant) {
    return tenantChange(tenant, new Contents.Removed());
  }

  private static TenantChange tenantChange(TenantId tenant, Contents contents) {
    return new TenantChange(nextDeployId(), tenant, Actor.HEADRACE, contents, Optional.empty());
  }

  static CommitOutcome<AppCommit> outcome(PlatformRepository repository, Change change) {
    return outcome(repository.commit(change));
  }

  static CommitOutcome<TenantCommit> outcome(PlatformRepository repository, TenantChange change) {
    return outcome(repository.commit(change));
  }

  /** The outcome, within a deadline that only a hung writer misses. */
  static <C extends PlatformCommit> CommitOutcome<C> outcome(
      CompletableFuture<CommitOutcome<C>> answer) {
    try {
      return answer.get(60, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("no outcome", e);
    }
  }

  static AppCommit committed(PlatformRepository repository, Change change) {
    return committed(outcome(repository, change));
  }

  static TenantCommit committed(PlatformRepository repository, TenantChange change) {
    return committed(outcome(repository, change));
  }

  static <C extends PlatformCommit> C committed(CommitOutcome<C> outcome) {
    if (outcome instanceof CommitOutcome.Committed(C commit)) {
      return commit;
    }
    throw new AssertionError("not committed: " + outcome);
  }

  /** The commit that stands in a change's way. */
  static Optional<PlatformCommit> conflict(CommitOutcome<?> outcome) {
    if (outcome instanceof CommitOutcome.Conflict(String why, Optional<PlatformCommit> actual)) {
      assertThat(why).isNotBlank();
      return actual;
    }
    throw new AssertionError("no conflict: " + outcome);
  }

  static SortedMap<String, String> text(SortedMap<String, byte[]> files) {
    SortedMap<String, String> text = new TreeMap<>();
    files.forEach((path, bytes) -> text.put(path, new String(bytes, StandardCharsets.UTF_8)));
    return text;
  }
}
