package dev.headrace.manifests;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Kubernetes quantities as these manifests use them: whole numbers with a unit. */
final class Quantity {
  private static final Pattern CPU = Pattern.compile("([0-9]{1,6})(m?)");
  private static final Pattern MEMORY = Pattern.compile("([0-9]{1,12})(|Ki|Mi|Gi)");
  private static final Map<String, Integer> SHIFTS = Map.of("", 0, "Ki", 10, "Mi", 20, "Gi", 30);

  private Quantity() {}

  static int cpuMillis(Yaml value) {
    Matcher matcher = CPU.matcher(value.text());
    if (!matcher.matches()) {
      throw value.wrong("cores such as 1 or thousandths such as 250m");
    }
    int number = Integer.parseInt(matcher.group(1));
    return matcher.group(2).isEmpty() ? number * 1000 : number;
  }

  static long bytes(Yaml value) {
    Matcher matcher = MEMORY.matcher(value.text());
    if (!matcher.matches()) {
      throw value.wrong("bytes such as 128Mi");
    }
    return Math.multiplyExact(
        Long.parseLong(matcher.group(1)), 1L << SHIFTS.getOrDefault(matcher.group(2), 0));
  }
}
