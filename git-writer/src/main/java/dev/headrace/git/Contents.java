package dev.headrace.git;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** What an app's directory holds after a change. */
public sealed interface Contents {

  /**
   * Exactly these files, by path below the app's directory with {@code /} between folders. A path
   * that cannot be kept makes the change {@link CommitOutcome.Rejected}. The arrays must not change
   * any more.
   */
  record Files(SortedMap<String, byte[]> files) implements Contents {
    public Files {
      files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }
  }

  /** Byte for byte what the directory held at an earlier version of the same app. */
  record Restore(CommitId from) implements Contents {}

  /** Nothing: the directory goes away, its history stays. */
  record Removed() implements Contents {}
}
