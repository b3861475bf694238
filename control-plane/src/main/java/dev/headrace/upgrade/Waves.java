package dev.headrace.upgrade;

/** How many apps are upgraded together, and when that went too badly to go on. */
final class Waves {
  private static final int[] FIRST = {1, 5};
  private static final int LATER = 20;
  private static final int FAILURES_ALLOWED_ONE_IN = 5;

  private Waves() {}

  /**
   * @param number counts from 0
   */
  static int size(int number) {
    return number < FIRST.length ? FIRST[number] : LATER;
  }

  static boolean isTooMany(int failures, int judged) {
    return failures * FAILURES_ALLOWED_ONE_IN > judged;
  }
}
