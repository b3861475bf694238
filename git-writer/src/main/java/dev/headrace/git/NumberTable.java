package dev.headrace.git;

import java.util.OptionalInt;
import java.util.function.IntPredicate;

/**
 * Finds numbers by their key in 8 to 16 bytes each: keeps half of a key's half, so that whoever
 * asks says which number is really meant. Safe for use by several threads.
 */
final class NumberTable {

  private long[] slots = new long[1 << 10];
  private int taken;

  synchronized OptionalInt find(HistoryKey key, IntPredicate isMeant) {
    long slot = slots[slotOf(key, isMeant)];
    return slot == 0 ? OptionalInt.empty() : OptionalInt.of(number(slot));
  }

  /** In place of the number that is meant, if there is one. */
  synchronized void put(HistoryKey key, int number, IntPredicate isMeant) {
    int slot = slotOf(key, isMeant);
    if (slots[slot] == 0) {
      taken++;
    }
    slots[slot] = key.low() << 32 | number + 1L;
    if (taken > slots.length / 2) {
      grow();
    }
  }

  private int slotOf(HistoryKey key, IntPredicate isMeant) {
    long kept = key.low() << 32;
    int slot = home(kept, slots.length);
    while (slots[slot] != 0
        && ((slots[slot] ^ kept) >>> 32 != 0 || !isMeant.test(number(slots[slot])))) {
      slot = slot + 1 & slots.length - 1;
    }
    return slot;
  }

  private static int home(long slot, int size) {
    return (int) (slot >>> 32) & size - 1;
  }

  private static int number(long slot) {
    return (int) slot - 1;
  }

  private void grow() {
    long[] larger = new long[slots.length * 2];
    for (long slot : slots) {
      if (slot != 0) {
        int to = home(slot, larger.length);
        while (larger[to] != 0) {
          to = to + 1 & larger.length - 1;
        }
        larger[to] = slot;
      }
    }
    slots = larger;
  }
}
