package dev.headrace.git;

import static dev.headrace.git.Samples.CLOCK;
import static dev.headrace.git.Samples.KEY;
import static dev.headrace.git.Samples.SHOP;
import static dev.headrace.git.Samples.TODO;
import static dev.headrace.git.Samples.committed;
import static dev.headrace.git.Samples.deploy;
import static dev.headrace.git.Samples.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stock git moves main while batches are built and published. */
class PushedMeanwhileTest {

  private static final int CALLERS = 4;
  private static final int FEWEST_CHANGES = 150;
  private static final int MOST_CHANGES = 2_000;
  private static final int UNANSWERED = 16;
  private static final String UNWANTED = "unwanted";

  @TempDir private Path folder;
  private final AtomicReference<CommitSteps> steps = new AtomicReference<>(CommitSteps.NONE);
  private final AtomicInteger completed = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private Path bare;
  private StockGit git;
  private PlatformRepository repository;

  @BeforeEach
  void open() {
    bare = folder.resolve("platform.git");
    git = new StockGit(bare);
    repository = PlatformRepository.open(bare, KEY, CLOCK, step -> steps.get().reached(step));
    repository.receivePushes(receiver);
  }

  @AfterEach
  void close() {
    repository.close();
    git.passesFsck();
  }

  private final PushReceiver receiver =
      new PushReceiver() {
        @Override
        public Decision decide(PushedCommit pushed) {
          return pushed.message().contains(UNWANTED)
              ? new Decision.Refuse(UNWANTED)
              : new Decision.Complete(
                  Samples.with(
                      Action.DEPLOY, pushed.app(), "todo-api", new Contents.Files(pushed.files())));
        }

        @Override
        public void ended(PushOutcome outcome) {
          switch (outcome) {
            case PushOutcome.Completed _ -> completed.incrementAndGet();
            case PushOutcome.Refused _ -> refused.incrementAndGet();
          }
        }
      };

  /** A change that was sent, perhaps twice. */
  private record Sent(Change change, List<CompletableFuture<CommitOutcome<AppCommit>>> answers) {}

  @Test
  void ofChangesThatStreamWhileStockGitMovesMainNoneIsLostAndNoneIsThereTwice() throws Exception {
    long seed = System.nanoTime();
    System.out.println("PushedMeanwhileTest: seed " + seed);
    committed(repository, deploy(TODO, "first"));
    committed(repository, deploy(SHOP, "first"));
    Operator operator = new Operator(new Random(seed));
    steps.set(operator);

    List<Sent> sent = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<List<Sent>>> streams =
          IntStream.range(0, CALLERS)
              .<Callable<List<Sent>>>mapToObj(
                  caller -> () -> stream(caller, new Random(seed + caller)))
              .toList();
      for (Future<List<Sent>> stream : callers.invokeAll(streams)) {
        sent.addAll(stream.get());
      }
    }
    steps.set(CommitSteps.NONE);
    repository.announce(receiver).ifPresent(receiver::ended);

    sent.forEach(PushedMeanwhileTest::assertOneCommit);
    assertThat(completed).as("completed").hasPositiveValue();
    assertThat(refused).as("refused").hasPositiveValue();
    assertSettled(operator.put);
    List<String> ids = trailers("Deploy-Id");
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(ids)
        .containsAll(sent.stream().map(each -> each.change().deployId().toString()).toList());
    assertThat(ids).hasSize(2 + sent.size() + trailers("Pushed").size());
    assertThat(git.git("log", "--merges", "--format=%H", "main")).isEmpty();
    CommitId head = repository.head();
    assertThat(git.git("rev-parse", "main").strip()).isEqualTo(head.sha());
    repository.close();
    repository = PlatformRepository.open(bare, KEY, CLOCK);
    assertThat(repository.head()).isEqualTo(head);
  }

  /** Sends changes of two apps of its own, of which a few wait for their answers at a time. */
  private List<Sent> stream(int caller, Random random) {
    List<Sent> sent = new ArrayList<>();
    Deque<CompletableFuture<CommitOutcome<AppCommit>>> open = new ArrayDeque<>();
    while (sent.size() < FEWEST_CHANGES || (!enough() && sent.size() < MOST_CHANGES)) {
      AppId app = new AppId("app%d000%d".formatted(caller, random.nextInt(2)));
      Change change = deploy(app, "change " + sent.size());
      Sent it = new Sent(change, new ArrayList<>());
      sent.add(it);
      for (int times = random.nextInt(10) == 0 ? 2 : 1; times > 0; times--) {
        it.answers().add(repository.commit(change));
      }
      open.addAll(it.answers());
      while (open.size() > UNANSWERED) {
        var _ = outcome(open.removeFirst());
      }
      if (random.nextInt(40) == 0) {
        repository.announce(receiver).ifPresent(receiver::ended);
      }
    }
    open.forEach(Samples::outcome);
    return sent;
  }

  private boolean enough() {
    return completed.get() > 2 && refused.get() > 2;
  }

  private static void assertOneCommit(Sent sent) {
    AppCommit commit = committed(outcome(sent.answers().getFirst()));
    sent.answers()
        .subList(1, sent.answers().size())
        .forEach(again ->
            assertThat(outcome(again)).isEqualTo(new CommitOutcome.AlreadyCommitted<>(commit)));
  }

  /** Commits of stock git are directly below those that name them, in the same order, or aside. */
  private void assertSettled(Collection<String> put) {
    Deque<String> open = new ArrayDeque<>();
    List<String> main = new ArrayList<>();
    git.git("log", "--reverse", "--format=%H %(trailers:key=Pushed,valueonly,separator=)", "main")
        .lines()
        .map(line -> line.split(" ", -1))
        .forEach(line -> {
          main.add(line[0]);
          if (put.contains(line[0])) {
            open.add(line[0]);
          } else if (line[1].isBlank()) {
            assertThat(open).isEmpty();
          } else {
            assertThat(line[1]).isEqualTo(open.poll());
          }
        });
    assertThat(open).isEmpty();
    List<String> aside = git.git("rev-list", "--glob=refs/rejected").lines().toList();
    assertThat(put).allMatch(commit -> main.contains(commit) || aside.contains(commit));
  }

  private List<String> trailers(String key) {
    return git.git("log", "--format=%(trailers:key=" + key + ",valueonly,separator=)", "main")
        .lines()
        .filter(line -> !line.isBlank())
        .toList();
  }

  /** Puts commits on main at any step of the writer. */
  private final class Operator implements CommitSteps {
    private final Random random;
    private final Queue<String> put = new ConcurrentLinkedQueue<>();

    Operator(Random random) {
      this.random = random;
    }

    @Override
    public synchronized void reached(Step step) {
      if (random.nextInt(4) == 0 && !enough()) {
        push(
            switch (random.nextInt(4)) {
              case 0 -> foreign(UNWANTED, TODO);
              case 1 -> foreign("of two apps", TODO, SHOP);
              default -> foreign("wanted", random.nextBoolean() ? TODO : SHOP);
            });
      }
    }

    /** In vain, if the writer moves main at this moment. */
    private void push(Foreign it) {
      if (git.tryGit("update-ref", "refs/heads/main", it.commit(), it.parent()).exit() == 0) {
        put.add(it.commit());
      }
    }
  }

  private record Foreign(String parent, String commit) {}

  /** A commit on top of main, and not yet on it. */
  private Foreign foreign(String message, AppId... apps) {
    String parent = git.git("rev-parse", "main").strip();
    StringBuilder commit =
        new StringBuilder(
            """
            commit refs/heads/incoming
            committer Olga Operator <olga@example.com> 1772600000 +0000
            data <<end
            %s
            end
            from %s
            """
                .formatted(message, parent));
    for (AppId app : apps) {
      commit.append(
          """
          M 100644 inline %s/src/main.py
          data <<end
          %s on top of %s
          end
          """
              .formatted(app.path(), message, parent));
    }
    StockGit.Result result =
        StockGit.run(
            List.of("git", "--git-dir", bare.toString(), "fast-import", "--quiet", "--force"),
            commit.toString());
    assertThat(result.exit()).as(result.err()).isZero();
    return new Foreign(parent, git.git("rev-parse", "incoming").strip());
  }

  @Test
  void aBatchAndTheOneBuiltUponItComeInTheirOrderAfterACommitThatWasQuicker() throws Exception {
    committed(repository, deploy(TODO, "one"));
    AppCommit shop = committed(repository, deploy(SHOP, "one"));
    Foreign quicker = foreign("wanted", TODO);
    Gate gate = new Gate();
    steps.set(step -> {
      if (step == CommitSteps.Step.OBJECTS_DURABLE) {
        gate.reached(step);
      }
    });
    CompletableFuture<CommitOutcome<AppCommit>> first = repository.commit(deploy(SHOP, "two"));
    gate.awaitWriter();
    CompletableFuture<CommitOutcome<AppCommit>> second = repository.commit(deploy(SHOP, "three"));
    CompletableFuture<CommitOutcome<AppCommit>> third = repository.commit(deploy(TODO, "three"));
    git.git("update-ref", "refs/heads/main", quicker.commit(), quicker.parent());

    gate.open();
    AppCommit two = Samples.committed(outcome(first));
    AppCommit three = Samples.committed(outcome(second));
    assertThat(two.previous()).contains(shop.id());
    assertThat(three.previous()).contains(two.id());
    AppCommit completion =
        repository.read(Samples.committed(outcome(third)).previous().orElseThrow()).orElseThrow();
    assertThat(git.git("rev-parse", two.id().sha() + "^").strip()).isEqualTo(completion.id().sha());
    assertThat(git.git("rev-parse", completion.id().sha() + "^").strip())
        .isEqualTo(quicker.commit());
  }

  @Test
  void closingWaitsForAPushUnderWayAndLetsNoneFollow() throws Exception {
    committed(repository, deploy(TODO, "one"));
    CommitId it = new CommitId(foreign("wanted", TODO).commit());
    Gate gate = new Gate();
    steps.set(gate);
    CompletableFuture<PushOutcome> pushed =
        CompletableFuture.supplyAsync(() -> repository.push(it, receiver));
    gate.awaitWriter();

    Thread closing = Thread.ofVirtual().start(repository::close);
    assertThat(closing.join(Duration.ofMillis(500))).as("closed beside a push").isFalse();
    gate.open();
    assertThat(closing.join(Duration.ofMinutes(1))).isTrue();

    assertThat(pushed).isCompletedWithValueMatching(PushOutcome.Completed.class::isInstance);
    CommitId head = repository.head();
    assertThat(git.git("rev-parse", "main").strip()).isEqualTo(head.sha());
    CommitId late = new CommitId(foreign("wanted", SHOP).commit());
    assertThatThrownBy(() -> repository.push(late, receiver))
        .hasRootCauseMessage("the platform repository is closed");
    assertThat(git.git("rev-parse", "main").strip()).isEqualTo(head.sha());
  }

  @Test
  void aMomentForWhichStockGitHasMainIsWaitedOut() throws Exception {
    AppCommit one = committed(repository, deploy(TODO, "one"));
    Path lock = Files.createFile(bare.resolve("refs/heads/main.lock"));
    AtomicInteger tries = new AtomicInteger();
    steps.set(step -> {
      if (step == CommitSteps.Step.OBJECTS_DURABLE && tries.incrementAndGet() == 3) {
        Files.delete(lock);
      }
    });

    assertThat(committed(repository, deploy(TODO, "two")).previous()).contains(one.id());
    assertThat(tries).hasValue(3);
  }

  @Test
  void aReceiverThatFailsCostsOnlyTheChangesThatMetIt() throws Exception {
    AppCommit one = committed(repository, deploy(TODO, "one"));
    repository.receivePushes(_ -> {
      throw new IllegalStateException("no memory of apps");
    });
    Foreign it = foreign("wanted", TODO);
    git.git("update-ref", "refs/heads/main", it.commit(), it.parent());
    Change change = deploy(TODO, "two");
    assertThat(outcome(repository, change)).isInstanceOf(CommitOutcome.Failed.class);

    repository.receivePushes(receiver);
    AppCommit two = committed(repository, change);
    assertThat(repository.history(TODO, 10, Optional.empty()))
        .extracting(commit -> commit.version().orElseThrow())
        .containsExactly(3, 2, 1);
    assertThat(repository.read(two.previous().orElseThrow()).orElseThrow().previous())
        .contains(one.id());
  }
}
