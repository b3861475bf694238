package dev.headrace.git;

import java.io.IOException;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles commits of somebody else: each is completed by one of Headrace on top of it, or refused.
 * For one thread at a time, and only while no batch is being published. What throws {@link
 * MainBranch.Moved} may be tried again.
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
    return actual.equals(publisher.tip().commit())
        ? Optional.empty()
        : Optional.of(settle(actual, actual, receives));
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
    return switch (pushedCommits.read(publisher.tip(), pushed)) {
      case PushedCommits.Reading.Unacceptable(String why) -> refuse(pushed, actual, why);
      case PushedCommits.Reading.Change(PushedCommit commit, Batch.Tip on) ->
          switch (receives.decide(commit)) {
            case PushReceiver.Decision.Refuse(String why) -> refuse(pushed, actual, why);
            case PushReceiver.Decision.Complete(Change change) -> complete(on, actual, change);
          };
    };
  }

  private PushOutcome complete(Batch.Tip pushed, ObjectId actual, Change change)
      throws IOException {
    Optional<String> violation = ChangeRules.violation(change);
    if (violation.isPresent()) {
      return refuse(pushed.commit(), actual, violation.get());
    }
    Batch.Tip before = actual.equals(pushed.commit()) ? pushed : publisher.tip();
    Batch batch = new Batch(tools, before, pushed);
    batch.add(preparation.prepare(change));
    CommitOutcome<PlatformCommit> outcome = batch.outcomes().getFirst();
    if (!(outcome instanceof CommitOutcome.Committed(AppCommit commit))) {
      return refuse(pushed.commit(), actual, "It cannot be completed: " + outcome);
    }
    publisher.putOnMain(batch);
    return new PushOutcome.Completed(CommitId.of(pushed.commit()), commit);
  }

  private PushOutcome refuse(ObjectId pushed, ObjectId actual, String why) throws IOException {
    Optional<String> keptAs = Optional.empty();
    if (!actual.equals(publisher.tip().commit())) {
      keptAs = Optional.of(pushedCommits.keep(actual));
      main.moveBack(actual, publisher.tip().commit());
      main.force();
    }
    log.warn("commit {} of somebody else is refused: {}", pushed.name(), why);
    return new PushOutcome.Refused(CommitId.of(pushed), why, keptAs);
  }
}
