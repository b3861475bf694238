package dev.headrace.git;

/** The last commit of an app or tenant, and how many versions an app has had. */
record DirectoryState(CommitId latest, int versions) {

  static DirectoryState startedBy(PlatformCommit commit) {
    return new DirectoryState(commit.id(), versions(commit, 0));
  }

  DirectoryState followedBy(PlatformCommit commit) {
    return new DirectoryState(commit.id(), versions(commit, versions));
  }

  private static int versions(PlatformCommit commit, int before) {
    return commit instanceof AppCommit app ? app.version().orElse(before) : before;
  }
}
