package dev.headrace.delivery.flux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class FaultTest {
  @Test
  void anErrorOfTheAppIsRead() {
    assertThat(
            Fault.of(
                """
                {"headrace":"error","phase":"run","kind":"KeyError","message":"'x'","traceback":"T",\
                "file":"main.py","line":3}\
                """))
        .contains(
            new Fault(
                "KeyError: 'x'",
                Optional.of("T"),
                Optional.of("main.py"),
                OptionalInt.of(3),
                true));
  }

  @Test
  void whatTheRunnerSaysInItsOwnWordsIsTakenAsItIs() {
    assertThat(Fault.of("{\"headrace\":\"error\",\"kind\":\"AppProblem\",\"message\":\"No app.\"}"))
        .contains(
            new Fault("No app.", Optional.empty(), Optional.empty(), OptionalInt.empty(), false));
  }

  @Test
  void whatAnAppWroteItselfIsNoWordOfTheRunner() {
    assertThat(Fault.of(null)).isEmpty();
    assertThat(Fault.of("")).isEmpty();
    assertThat(Fault.of("Killed")).isEmpty();
    assertThat(Fault.of("{\"headrace\":\"err")).isEmpty();
    assertThat(Fault.of("{\"kind\":\"KeyError\"}")).isEmpty();
    assertThat(Fault.of("{\"headrace\":[1]}")).isEmpty();
  }
}
