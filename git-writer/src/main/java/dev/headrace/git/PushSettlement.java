package dev.headrace.git;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles commits of somebody else: each is completed by one of Headrace on top of all of them, or
 * all are refused. For one thread at a time, and only while no batch is being published. What
 * throws {@link MainBranch.Moved} may be tried again.
 */
final class PushSettlement {

  private static final Logger log = LoggerFactory.getLogger(PushSettlement.class);

  private final MainBranch main;
  private final Publisher publisher;
  private final Preparation preparation;
  private final Batch.Tools tools;
  private final PushedCommits pushedCommits;
  private volatile @Nullable PushReceiver receiver;

  PushSettlement(
      MainBranch main,
      Publisher publisher,
      Preparation preparation,
      Batch.Tools tools,
      PushedCommits pushedCommits) {
    this.main = main;
    this.publisher = publisher;
    this.preparation = preparation;
    this.tools = tools;
    this.pushedCommits = pushedCommits;
  }

  /** What somebody else puts on main without announcing it is this one's from now on. */
  void receive(PushReceiver receives) {
    receiver = receives;
  }

  Optional<PushReceiver> receiver() {
    return Optional.ofNullable(receiver);
  }

  /** Settles what is on main though nobody announced it. */
  void makeWay(PushReceiver receives) throws IOException {
    onMain(receives).ifPresent(outcome -> Thread.startVirtualThread(() -> receives.ended(outcome)));
  }

  /** Settles what somebody else put on main; empty if nobody did. */
  Optional<PushOutcome> onMain(PushReceiver receives) throws IOException {
    ObjectId actual = main.read().orElseThrow(() -> new IOException("main is not there any more"));
    if (actual.equals(publisher.tip().commit())) {
      return Optional.empty();
    }
    pushedCommits.forceFolders();
    return Optional.of(settle(actual, actual, receives));
  }

  /** Settles a commit of somebody else that is in the repository, but not on main. */
  PushOutcome incoming(ObjectId commit, PushReceiver receives) throws IOException {
    makeWay(receives);
    return settle(commit, publisher.tip().commit(), receives);
  }

  /**
   * @param actual where main is now: at the tip, or at the pushed commit
   */
  private PushOutcome settle(ObjectId pushed, ObjectId actual, PushReceiver receives)
      throws IOException {
    try {
      return complete(pushed, actual, receives);
    } catch (RefusedPush refused) {
      return refuse(pushed, actual, refused);
    }
  }

  private PushOutcome complete(ObjectId pushed, ObjectId actual, PushReceiver receives)
      throws IOException, RefusedPush {
    Map<CommitId, Prepared> completions = completions(pushed, receives);
    Batch.Tip top = new Batch.Tip(pushed, pushedCommits.tree(pushed));
    Batch batch = new Batch(tools, actual.equals(pushed) ? top : publisher.tip(), top);
    for (Map.Entry<CommitId, Prepared> each : completions.entrySet()) {
      batch.add(each.getValue(), each.getKey());
    }
    List<AppCommit> made = new ArrayList<>();
    for (CommitOutcome<PlatformCommit> outcome : batch.outcomes()) {
      if (!(outcome instanceof CommitOutcome.Committed(AppCommit commit))) {
        throw RefusedPush.because("It cannot be completed: " + outcome);
      }
      made.add(commit);
    }
    publisher.putOnMain(batch);
    return new PushOutcome.Completed(CommitId.of(pushed), made);
  }

  /** By the commit that each completes, oldest first. */
  private Map<CommitId, Prepared> completions(ObjectId pushed, PushReceiver receives)
      throws IOException, RefusedPush {
    List<ObjectId> commits = pushedCommits.line(publisher.tip().commit(), pushed);
    Map<CommitId, Prepared> completions = new LinkedHashMap<>();
    for (ObjectId commit : commits) {
      try {
        completions.put(CommitId.of(commit), completion(commit, receives));
      } catch (RefusedPush refused) {
        throw commits.size() == 1 ? refused : refused.of(commit);
      }
    }
    return completions;
  }

  private Prepared completion(ObjectId commit, PushReceiver receives)
      throws IOException, RefusedPush {
    if (tools.log().signed(CommitId.of(commit)).isPresent()) {
      throw RefusedPush.because(
          "Headrace signed it, so its trailers would count, and never published it. Make the change"
              + " in a commit of your own.");
    }
    return switch (receives.decide(pushedCommits.read(commit))) {
      case PushReceiver.Decision.Refuse(String why) -> throw RefusedPush.because(why);
      case PushReceiver.Decision.Complete(Change change) -> {
        Optional<String> violation = ChangeRules.violation(change);
        if (violation.isPresent()) {
          throw RefusedPush.because(violation.get());
        }
        yield preparation.prepare(change);
      }
    };
  }

  private PushOutcome refuse(ObjectId pushed, ObjectId actual, RefusedPush refused)
      throws IOException {
    Optional<String> keptAs = Optional.empty();
    if (!actual.equals(publisher.tip().commit())) {
      if (refused.isWhole()) {
        keptAs = Optional.of(pushedCommits.keep(actual));
      }
      main.moveBack(actual, publisher.tip().commit());
      main.force();
    }
    log.warn("commit {} of somebody else is refused: {}", pushed.name(), refused.why());
    return new PushOutcome.Refused(CommitId.of(pushed), refused.why(), keptAs);
  }
}
