package dev.headrace.delivery.flux;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import org.junit.jupiter.api.Test;

class WarningsTest {
  private final Warnings warnings = new Warnings();

  @Test
  void theNewestWarningCountsInWhateverOrderTheyCome() {
    warnings.remember(event("1", "Unhealthy", "second", "2026-01-31T10:00:02Z"));
    warnings.remember(event("1", "Failed", "first", "2026-01-31T10:00:01Z"));
    assertThat(warnings.of(pod("1"))).contains("second");
    warnings.remember(event("1", "Failed", "third", "2026-01-31T10:00:03Z"));
    assertThat(warnings.of(pod("1"))).contains("third");
  }

  @Test
  void aPodThatHasTheNameOfAnEarlierOneWasNotWarnedOf() {
    warnings.remember(event("1", "Unhealthy", "of the first", "2026-01-31T10:00:00Z"));
    assertThat(warnings.of(pod("2"))).isEmpty();
  }

  @Test
  void waitingForTheNextTryHidesNoReason() {
    warnings.remember(event("1", "Unhealthy", "the reason", "2026-01-31T10:00:00Z"));
    warnings.remember(event("1", "BackOff", "waits", "2026-01-31T10:00:09Z"));
    assertThat(warnings.of(pod("1"))).contains("the reason");
  }

  private static Pod pod(String uid) {
    return new PodBuilder().withNewMetadata().withName("app-1").withUid(uid).endMetadata().build();
  }

  private static Event event(String uid, String reason, String message, String at) {
    return new EventBuilder()
        .withNewMetadata()
        .withCreationTimestamp("2026-01-31T09:59:59Z")
        .endMetadata()
        .withNewInvolvedObject()
        .withName("app-1")
        .withUid(uid)
        .endInvolvedObject()
        .withReason(reason)
        .withMessage(message)
        .withLastTimestamp(at)
        .build();
  }
}
