package dev.headrace.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.git.Action;
import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.Change;
import dev.headrace.git.CommitOutcome;
import dev.headrace.git.Contents;
import dev.headrace.git.DeployId;
import dev.headrace.git.PlatformRepository;
import dev.headrace.git.Via;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A version whose files Headrace itself would not write, signed with its key all the same. */
final class ForgedCommit {
  private ForgedCommit() {}

  static void of(
      PlatformRepository repository, AppId app, Consumer<SortedMap<String, byte[]>> change) {
    AppCommit last = repository.newestVersion(app).orElseThrow();
    SortedMap<String, byte[]> files = new TreeMap<>(repository.files(app, last.id()));
    change.accept(files);
    assertThat(
            repository
                .commit(
                    new Change(
                        DeployId.next(Clock.systemUTC(), new SecureRandom()),
                        app,
                        last.appName(),
                        Action.DEPLOY,
                        last.actor(),
                        Via.SYSTEM,
                        Optional.empty(),
                        new Contents.Files(files),
                        last.contentDigest(),
                        Optional.empty(),
                        Optional.of(last.id())))
                .join())
        .isInstanceOf(CommitOutcome.Committed.class);
  }

  /** One file is another. */
  static Consumer<SortedMap<String, byte[]>> in(String file, UnaryOperator<String> change) {
    return files ->
        files.compute(
            file,
            (name, before) -> {
              String text = new String(before, UTF_8);
              String forged = change.apply(text);
              assertThat(forged).as("%s after the forgery", name).isNotEqualTo(text);
              return forged.getBytes(UTF_8);
            });
  }
}
