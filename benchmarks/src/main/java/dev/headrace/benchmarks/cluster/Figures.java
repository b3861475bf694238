package dev.headrace.benchmarks.cluster;

import dev.headrace.benchmarks.Percentiles;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** What was measured, printed as it is known and all together at the end. */
final class Figures {
  private final PrintStream out;
  private final Map<String, Object> figures = new LinkedHashMap<>();

  Figures(PrintStream out) {
    this.out = out;
  }

  static Percentiles percentiles(List<Long> nanos) {
    return new Percentiles(nanos.stream().mapToLong(Long::longValue).toArray());
  }

  void progress(String what) {
    out.println("... " + what);
  }

  void times(String name, List<Long> nanos) {
    Percentiles times = percentiles(nanos);
    figures.put(name, times.json());
    out.printf("%-28s %s%n", name, times);
  }

  void put(String name, double value, String remark) {
    put(name, (Object) Percentiles.rounded(value), remark);
  }

  void put(String name, int value, String remark) {
    put(name, (Object) value, remark);
  }

  void put(String name, Object value, String remark) {
    figures.put(name, value);
    out.printf("%-28s %s   (%s)%n", name, value, remark);
  }

  /** All of them as one JSON object, in one line. */
  void end() {
    out.println(new JsonMapper().writeValueAsString(figures));
  }
}
