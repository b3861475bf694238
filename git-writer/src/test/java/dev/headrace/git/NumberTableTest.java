package dev.headrace.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NumberTableTest {

  private static final long SEED = 20_261_122L;

  private final List<HistoryKey> keys = new ArrayList<>();
  private final NumberTable table = new NumberTable();

  private void put(HistoryKey key) {
    int number = keys.size();
    keys.add(key);
    table.put(key, number, it -> keys.get(it).equals(key));
  }

  private void finds(HistoryKey key, int number) {
    assertThat(table.find(key, it -> keys.get(it).equals(key))).as("%s", key).hasValue(number);
  }

  @Test
  void everyKeyIsFoundAndNoOther() {
    Random random = new Random(SEED);
    for (int i = 0; i < 20_000; i++) {
      put(new HistoryKey(random.nextLong(), random.nextLong()));
    }
    for (int i = 0; i < keys.size(); i++) {
      finds(keys.get(i), i);
    }
    HistoryKey other = new HistoryKey(random.nextLong(), random.nextLong());
    assertThat(table.find(other, it -> keys.get(it).equals(other))).isEmpty();
  }

  @Test
  void keysThatLookAlikeInTheTableAreToldApart() {
    for (int i = 0; i < 3_000; i++) {
      put(new HistoryKey(i, 7));
    }
    for (int i = 0; i < keys.size(); i++) {
      finds(keys.get(i), i);
    }
  }

  @Test
  void aLaterNumberTakesThePlaceOfAnEarlierOne() {
    HistoryKey key = new HistoryKey(1, 2);
    put(key);
    put(new HistoryKey(3, 2));
    put(key);

    finds(key, 2);
    finds(new HistoryKey(3, 2), 1);
  }
}
