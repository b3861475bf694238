package dev.headrace.git;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the next commit of a batch must know: the batch's own commits, and then all of history. */
final class BatchIndex {

  private record Request(String userId, DeployId deployId) {}

  private record Latest(DirectoryState state, PlatformCommit commit) {}

  private record Own(
      List<PlatformCommit> commits,
      Map<DirectoryId, Latest> latest,
      Map<Request, PlatformCommit> requests) {
    Own() {
      this(new ArrayList<>(), new HashMap<>(), new HashMap<>());
    }
  }

  private final HistoryIndex history;

  /** The batch's own; where it is built upon one in flight, that one's, but no earlier's. */
  private final List<Own> pending;

  BatchIndex(HistoryIndex history) {
    this.history = history;
    this.pending = List.of(new Own());
  }

  /** Upon a batch that is not added to history yet, while all that was before it is. */
  BatchIndex(HistoryIndex history, BatchIndex inFlight) {
    this.history = history;
    this.pending = List.of(new Own(), inFlight.own());
  }

  private Own own() {
    return pending.getFirst();
  }

  Optional<DirectoryState> state(DirectoryId directory) {
    return first(own -> own.latest().get(directory))
        .map(Latest::state)
        .or(() -> history.state(directory));
  }

  Optional<PlatformCommit> latest(DirectoryId directory) {
    return first(own -> own.latest().get(directory))
        .map(Latest::commit)
        .or(() -> history.latest(directory));
  }

  Optional<PlatformCommit> request(String userId, DeployId deployId) {
    Request request = new Request(userId, deployId);
    return first(own -> own.requests().get(request)).or(() -> history.request(userId, deployId));
  }

  private <T> Optional<T> first(Function<Own, @Nullable T> lookUp) {
    for (Own own : pending) {
      T found = lookUp.apply(own);
      if (found != null) {
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }

  void add(PlatformCommit commit) {
    DirectoryState state =
        state(commit.directory())
            .map(before -> before.followedBy(commit))
            .orElseGet(() -> DirectoryState.startedBy(commit));
    own().commits().add(commit);
    own().latest().put(commit.directory(), new Latest(state, commit));
    own().requests().put(new Request(commit.actor().userId(), commit.deployId()), commit);
  }

  /** The batch's own, in their order. */
  List<PlatformCommit> commits() {
    return Collections.unmodifiableList(own().commits());
  }
}
