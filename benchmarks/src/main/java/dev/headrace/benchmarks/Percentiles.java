package dev.headrace.benchmarks;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Times of one kind of operation, in milliseconds. */
public final class Percentiles {
  private final double[] sorted;

  /**
   * @param nanos at least one
   */
  public Percentiles(long[] nanos) {
    if (nanos.length == 0) {
      throw new IllegalArgumentException("nanos: empty (expected: at least one time)");
    }
    sorted = Arrays.stream(nanos).mapToDouble(time -> time / 1e6).sorted().toArray();
  }

  /** The smallest time that this share of all times does not exceed. */
  public double at(double share) {
    int rank = (int) Math.ceil(share * sorted.length);
    return sorted[Math.max(0, rank - 1)];
  }

  public Map<String, Double> json() {
    Map<String, Double> json = new LinkedHashMap<>();
    json.put("p50", rounded(at(0.5)));
    json.put("p99", rounded(at(0.99)));
    return json;
  }

  public static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "p50 %8.1f   p99 %8.1f   max %8.1f   (%d times)",
        at(0.5),
        at(0.99),
        sorted[sorted.length - 1],
        sorted.length);
  }
}
