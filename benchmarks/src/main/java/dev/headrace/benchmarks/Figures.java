package dev.headrace.benchmarks;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** What was measured, printed as it is known and all together at the end. */
public final class Figures {
  private final PrintStream out;
  private final Map<String, Object> figures = new LinkedHashMap<>();

  public Figures(PrintStream out) {
    this.out = out;
  }

  public static Percentiles percentiles(List<Long> nanos) {
    return new Percentiles(nanos.stream().mapToLong(Long::longValue).toArray());
  }

  public void progress(String what) {
    out.println("... " + what);
  }

  public void times(String name, List<Long> nanos) {
    Percentiles times = percentiles(nanos);
    figures.put(name, times.json());
    out.printf("%-28s %s%n", name, times);
  }

  /** A quotient of two figures. */
  public void ratio(String name, double value, String remark) {
    put(name, (Object) (Math.round(value * 100) / 100.0), remark);
  }

  public void put(String name, double value, String remark) {
    put(name, (Object) Percentiles.rounded(value), remark);
  }

  public void put(String name, int value, String remark) {
    put(name, (Object) value, remark);
  }

  public void put(String name, Object value, String remark) {
    figures.put(name, value);
    out.printf("%-28s %s   (%s)%n", name, value, remark);
  }

  /** All of them as one JSON object, in one line. */
  public void end() {
    out.println(new JsonMapper().writeValueAsString(figures));
  }
}
