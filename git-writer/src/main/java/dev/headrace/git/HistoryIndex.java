package dev.headrace.git;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All of history, as far as it has to be known without reading it. It follows from git alone, and
 * is brought up to date when it is opened. What it finds is read from git before anybody is told.
 * Many may read while one adds.
 */
final class HistoryIndex implements Closeable, FetchAnswers.MainLine {

  static final String NAME = "headrace.history";

  private static final Logger log = LoggerFactory.getLogger(HistoryIndex.class);

  /** How many of the newest entries are compared with git when it is opened. */
  private static final int COMPARED = 128;

  private final CommitLog commits;
  private final HistoryFile file;
  private final NumberTable directories = new NumberTable();
  private final NumberTable requests = new NumberTable();

  private HistoryIndex(CommitLog commits, HistoryFile file) {
    this.commits = commits;
    this.file = file;
  }

  /**
   * Opens it beside the repository; makes it anew if it is not there, or not that of this history.
   *
   * @param head Headrace's last commit on {@code main}
   */
  static HistoryIndex open(Path folder, CommitLog commits, CommitId head) throws IOException {
    HistoryFile file = HistoryFile.open(folder.resolve(NAME));
    try {
      HistoryIndex index = new HistoryIndex(commits, file);
      index.catchUp(head);
      return index;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private void catchUp(CommitId head) throws IOException {
    if (!isOfThisHistory()) {
      log.warn("The index of history does not fit the repository; it is made again from git");
      file.clear();
    }
    try {
      read(file.last().map(HistoryEntry::id), head);
    } catch (CommitNotFound e) {
      log.warn("The index of history is not one of {}; it is made again from git", head);
      file.clear();
      read(Optional.empty(), head);
    }
  }

  private boolean isOfThisHistory() {
    for (int number = Math.max(0, file.count() - COMPARED); number < file.count(); number++) {
      HistoryEntry entry = file.get(number);
      if (!commits.read(entry.id()).map(commit -> says(entry, commit)).orElse(false)) {
        return false;
      }
    }
    return true;
  }

  private static boolean says(HistoryEntry entry, PlatformCommit commit) {
    return entry.directory().equals(HistoryKey.of(commit.directory()))
        && entry.request().equals(request(commit));
  }

  private void read(Optional<CommitId> after, CommitId head) {
    try (Stream<PlatformCommit> missing = commits.between(after, head)) {
      for (int number = 0; number < file.count(); number++) {
        enter(number, file.directory(number), file.request(number));
      }
      missing.forEachOrdered(this::add);
    }
    file.write();
  }

  /** Adds the next commits of the log; those that it has already are left out. */
  void addAll(List<PlatformCommit> next) {
    next.stream().filter(commit -> !holds(commit)).forEach(this::add);
    file.write();
  }

  private void add(PlatformCommit commit) {
    HistoryKey directory = HistoryKey.of(commit.directory());
    OptionalInt previous = newest(directory);
    DirectoryState state =
        previous.isPresent()
            ? state(file.get(previous.getAsInt())).followedBy(commit)
            : DirectoryState.startedBy(commit);
    HistoryEntry entry =
        new HistoryEntry(
            commit.id().objectId(),
            Math.max(commit.at().getEpochSecond(), file.last().map(HistoryEntry::at).orElse(0L)),
            previous.orElse(-1),
            state.versions(),
            directory,
            request(commit));
    int number = file.count();
    file.add(entry);
    enter(number, entry.directory(), entry.request());
  }

  private void enter(int number, HistoryKey directory, HistoryKey request) {
    requests.put(request, number, it -> file.request(it).equals(request));
    directories.put(directory, number, it -> file.directory(it).equals(directory));
  }

  private static HistoryKey request(PlatformCommit commit) {
    return HistoryKey.of(commit.actor().userId(), commit.deployId());
  }

  private OptionalInt newest(HistoryKey directory) {
    return directories.find(directory, number -> file.directory(number).equals(directory));
  }

  private OptionalInt number(HistoryKey request) {
    return requests.find(request, number -> file.request(number).equals(request));
  }

  private static DirectoryState state(HistoryEntry entry) {
    return new DirectoryState(entry.id(), entry.versions());
  }

  Optional<DirectoryState> state(DirectoryId directory) {
    return entry(newest(HistoryKey.of(directory))).map(HistoryIndex::state);
  }

  Optional<PlatformCommit> latest(DirectoryId directory) {
    return entry(newest(HistoryKey.of(directory))).map(this::commit);
  }

  Optional<PlatformCommit> request(String userId, DeployId deployId) {
    return entry(number(HistoryKey.of(userId, deployId))).map(this::commit);
  }

  private Optional<HistoryEntry> entry(OptionalInt number) {
    return number.isPresent() ? Optional.of(file.get(number.getAsInt())) : Optional.empty();
  }

  private PlatformCommit commit(HistoryEntry entry) {
    return said(entry, commits.read(entry.id()));
  }

  private static PlatformCommit said(HistoryEntry entry, Optional<PlatformCommit> commit) {
    return commit.filter(it -> says(entry, it)).orElseThrow(() -> damaged(entry.id()));
  }

  private static IllegalStateException damaged(CommitId commit) {
    return new IllegalStateException(
        "Commit %s cannot be read as the index of history has it. Run git fsck on the platform"
                .formatted(commit)
            + " repository; if that finds nothing, stop Headrace, delete "
            + NAME
            + " in it, and start again.");
  }

  /**
   * An app's or tenant's commits, newest first. The first is seen to be signed, and each names the
   * one before it, so that its signature is theirs too.
   *
   * @param before start with the one before this commit of it
   */
  List<PlatformCommit> newest(DirectoryId directory, int most, Optional<PlatformCommit> before) {
    OptionalInt next =
        before.isPresent()
            ? entry(number(before.get())).map(HistoryEntry::before).orElse(OptionalInt.empty())
            : newest(HistoryKey.of(directory));
    List<HistoryEntry> entries = new ArrayList<>();
    while (next.isPresent() && entries.size() < most) {
      HistoryEntry entry = file.get(next.getAsInt());
      entries.add(entry);
      next = entry.before();
    }
    List<PlatformCommit> found = new ArrayList<>();
    entries.stream().findFirst().map(this::commit).ifPresent(found::add);
    entries.parallelStream()
        .skip(1)
        .map(entry -> said(entry, commits.named(entry.id())))
        .forEachOrdered(found::add);
    for (int i = 1; i < found.size(); i++) {
      if (!found.get(i - 1).previous().equals(Optional.of(found.get(i).id()))) {
        throw damaged(found.get(i).id());
      }
    }
    return found;
  }

  /** Whether the commit is part of history, and not one that was built but never published. */
  boolean holds(PlatformCommit commit) {
    return number(commit).isPresent();
  }

  /** The commit's place in history, counted from the oldest; empty if it is no part of it. */
  OptionalInt number(PlatformCommit commit) {
    OptionalInt number = number(request(commit));
    return entry(number).filter(entry -> entry.id().equals(commit.id())).isPresent()
        ? number
        : OptionalInt.empty();
  }

  @Override
  public int length() {
    return file.count();
  }

  @Override
  public OptionalInt below(CommitId commit) {
    return commits.read(commit).map(this::number).orElse(OptionalInt.empty());
  }

  /** The last commit that was made at that time or before. */
  Optional<PlatformCommit> at(Instant time) {
    return entry(numberAt(time)).map(this::commit);
  }

  /** The same of one app or tenant. */
  Optional<PlatformCommit> at(DirectoryId directory, Instant time) {
    OptionalInt number = newest(HistoryKey.of(directory));
    int last = numberAt(time).orElse(-1);
    while (number.isPresent() && number.getAsInt() > last) {
      number = file.get(number.getAsInt()).before();
    }
    return entry(number).map(this::commit);
  }

  private OptionalInt numberAt(Instant time) {
    int from = 0;
    int to = file.count();
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (file.get(middle).at() > time.getEpochSecond()) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return from == 0 ? OptionalInt.empty() : OptionalInt.of(from - 1);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
