package dev.headrace.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WavesTest {
  @Test
  void oneAppGoesFirstThenAFewThenMany() {
    assertThat(IntStream.range(0, 5).map(Waves::size)).containsExactly(1, 5, 20, 20, 20);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, false",
    "0, 1, false",
    "1, 1, true",
    "1, 5, false",
    "2, 5, true",
    "4, 20, false",
    "5, 20, true",
    "1, 4, true"
  })
  void moreThanOneInFiveIsTooMany(int failures, int judged, boolean tooMany) {
    assertThat(Waves.isTooMany(failures, judged)).isEqualTo(tooMany);
  }
}
