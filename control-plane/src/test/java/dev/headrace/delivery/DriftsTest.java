package dev.headrace.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.git.AppId;
import dev.headrace.store.MongoConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is not put back when Headrace ends is still known when it is there again. */
class DriftsTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir private static Path folder;
  @AutoClose private static MongoConnection connection;

  @BeforeAll
  static void open() throws IOException {
    connection = MongoConnection.embedded(folder);
  }

  @Test
  void whatWasFoundUntilFluxAppliedIsPutBackAndWhatCameLaterIsNot() {
    AppId app = new AppId("aaaaaaaa");
    Drifts drifts = drifts();
    drifts.found(app, "Service one", true, Optional.empty(), START);
    drifts.found(app, "Deployment one", false, Optional.of("kubectl"), START.plusSeconds(2));

    drifts.putBack(app, START.plusSeconds(1), START.plusSeconds(9));

    List<Drifts.Drift> newestFirst = drifts.of(app, 10);
    assertThat(newestFirst.get(0).putBackAt()).isEmpty();
    assertThat(newestFirst.get(1).putBackAt()).contains(START.plusSeconds(9));
  }

  @Test
  void afterARestartTheOpenOnesAreKnown() {
    AppId changed = new AppId("bbbbbbbb");
    AppId other = new AppId("cccccccc");
    Drifts before = drifts();
    before.found(changed, "Deployment one", false, Optional.empty(), START);
    before.found(changed, "Deployment one", false, Optional.empty(), START.plusSeconds(5));
    before.found(other, "Deployment two", false, Optional.empty(), START);
    before.putBack(other, START, START.plusSeconds(1));

    Drifts after = drifts();

    assertThat(after.open()).containsEntry(changed, START.plusSeconds(5)).doesNotContainKey(other);
  }

  @Test
  void whatStandsUnchangedIsKnown() {
    AppId app = new AppId("eeeeeeee");
    Drifts drifts = drifts();
    drifts.found(app, "Deployment one", false, Optional.of("kubectl"), START.plusSeconds(5));
    Optional<Instant> justBefore = Optional.of(START.plusSeconds(4));

    assertThat(drifts.isKnown(app, "Deployment one", false, justBefore)).isTrue();
    assertThat(drifts.isKnown(app, "Deployment one", false, Optional.empty())).isTrue();
    assertThat(drifts.isKnown(app, "Deployment one", true, justBefore)).isFalse();
    assertThat(drifts.isKnown(app, "Service one", false, justBefore)).isFalse();

    drifts.putBack(app, START.plusSeconds(5), START.plusSeconds(6));

    assertThat(drifts.isKnown(app, "Deployment one", false, justBefore))
        .as("what Flux leaves as it is")
        .isTrue();
    assertThat(drifts.isKnown(app, "Deployment one", false, Optional.empty()))
        .as("a scale after it was put back")
        .isFalse();
  }

  @Test
  void aLaterChangeOfTheSameObjectIsAnother() {
    AppId app = new AppId("ffffffff");
    Drifts drifts = drifts();
    drifts.found(app, "Deployment one", false, Optional.of("kubectl"), START);

    assertThat(drifts.isKnown(app, "Deployment one", false, Optional.of(START.plusSeconds(1))))
        .isFalse();
  }

  @Test
  void whatIsPutBackKeepsItsTime() {
    AppId app = new AppId("dddddddd");
    Drifts drifts = drifts();
    drifts.found(app, "Service one", true, Optional.empty(), START);
    drifts.putBack(app, START, START.plusSeconds(1));

    drifts.putBack(app, START.plusSeconds(60), START.plusSeconds(60));

    assertThat(drifts.of(app, 1).getFirst().putBackAt()).contains(START.plusSeconds(1));
  }

  private static Drifts drifts() {
    return new Drifts(connection.database());
  }
}
