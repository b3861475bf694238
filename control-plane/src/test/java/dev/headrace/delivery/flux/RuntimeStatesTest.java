package dev.headrace.delivery.flux;

import static dev.headrace.delivery.flux.Seen.CONTENT;
import static dev.headrace.delivery.flux.Seen.OLDER_CONTENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.delivery.DeliveryEngine.RuntimeState;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RuntimeStatesTest {
  @Test
  void anOlderVersionThatServesBesideAFailedOneRuns() {
    Seen seen =
        Seen.nothing()
            .with(Seen.deployment(CONTENT, 2, 1, 1))
            .with(SeenPod.ended(SeenPod.end(1, "Error", ""), false));
    assertThat(state(seen)).isEqualTo(new RuntimeState.Running(OptionalInt.of(1)));
  }

  @Test
  void aLiveAppThatEndedIsCrashedWithItsCause() {
    Seen seen =
        Seen.nothing()
            .with(Seen.deployment(CONTENT, 1, 1, 0))
            .with(SeenPod.noMoreReady(SeenPod.ended(SeenPod.end(3, "Error", ""), false), 9));
    assertThat(state(seen)).isEqualTo(new RuntimeState.Crashed("The app ended (exit code 3)."));
  }

  @Test
  void anOlderVersionThatCrashedWhileTheNewOneIsNotAppliedIsCrashed() {
    Seen seen =
        Seen.nothing()
            .with(Seen.deployment(OLDER_CONTENT, 1, 1, 0))
            .with(
                SeenPod.bare(
                    OLDER_CONTENT,
                    status -> SeenPod.scheduled(status).withPhase("Failed").withReason("Evicted")));
    assertThat(state(seen))
        .isEqualTo(new RuntimeState.Crashed("The node did not keep the app's pod (Evicted)."));
  }

  @Test
  void whatIsNotThereYetStarts() {
    assertThat(state(Seen.nothing())).isEqualTo(new RuntimeState.Starting());
    assertThat(state(Seen.nothing().with(Seen.deployment(CONTENT, 1, 1, 0))))
        .isEqualTo(new RuntimeState.Starting());
  }

  private static RuntimeState state(Seen seen) {
    return RuntimeStates.of(Seen.target(1), seen.sight(), () -> OptionalInt.of(1));
  }
}
