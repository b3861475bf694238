package dev.headrace.git;

import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A commit that somebody else made directly on top of main, or of others that came with it, and
 * that changes one app only.
 *
 * @param changed the paths below the app's directory that it adds, changes or removes
 * @param files the app's directory as the commit leaves it; empty if it removes the app
 */
public record PushedCommit(
    CommitId id, String message, AppId app, Set<String> changed, SortedMap<String, byte[]> files) {
  public PushedCommit {
    changed = Set.copyOf(changed);
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }
}
