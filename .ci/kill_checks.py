"""Changes that people asked for, compared with git, with the API and with what the apps answer."""

from dataclasses import dataclass, field

from platform_run import eventually, git, require, say


@dataclass
class Request:
    """One change that somebody asked for, and what they were answered."""

    person: str
    key: str
    action: str
    method: str
    path: str
    body: dict | None
    restores: int | None = None
    answered: bool = False
    commit: str | None = None
    version: int | None = None


@dataclass
class Commit:
    id: str
    key: str
    app: str
    version: int | None
    action: str
    marker: str | None = None


@dataclass
class Person:
    name: str
    token: str
    apps: dict = field(default_factory=dict)  # id to newest version

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.token}"}


def history(data):
    """Every commit of an app, oldest first."""
    fields = [
        f"%(trailers:key={key},valueonly,separator=)"
        for key in ("Deploy-Id", "App", "Version", "Action")
    ]
    log = git(data, "log", "--reverse", f"--format=%H {'|'.join(fields)}", "main").splitlines()[1:]
    found = []
    for line in log:
        commit, _, trailers = line.partition(" ")
        key, app, version, action = trailers.split("|")
        found.append(Commit(commit, key, app, int(version) if version else None, action))
    return found


def missing_and_doubled(requests, found):
    """By the key that each request carries; how many are lost, doubled, there without an answer."""
    by_key = {}
    for commit in found:
        by_key.setdefault(commit.key, []).append(commit)
    lost = twice = there = 0
    for request in requests:
        made = by_key.pop(request.key, [])
        if len(made) > 1:
            say(f"TWICE: {request}: {made}")
            twice += 1
        elif request.answered and not (made and agrees(request, made[0])):
            say(f"LOST: {request}: {made}")
            lost += 1
        elif made and not request.answered:
            there += 1
    require(not by_key, f"commits that nobody asked for: {by_key}")
    return lost, twice, there


def agrees(request, commit):
    return (
        commit.action == request.action
        and request.commit in (None, commit.id)
        and request.version in (None, commit.version)
    )


def check_trees(data, requests, found, known):
    """Each commit's directory is whole, and has the code of its request."""
    asked = {request.key: request for request in requests}
    markers = {(commit.app, commit.version): commit.marker for commit in known}
    present = {}
    for commit in known:
        present[commit.app] = commit.marker
    for commit in found[len(known) :]:
        request = asked[commit.key]
        tree = files(data, commit)
        if commit.action == "delete":
            require(not tree, f"{commit} left {sorted(tree)}")
            continue
        commit.marker = {
            "deploy": commit.key,
            "rollback": markers.get((commit.app, request.restores)),
            "rename": present.get(commit.app),
        }[commit.action]
        markers[commit.app, commit.version] = present[commit.app] = commit.marker
        whole = {
            "app.yaml",
            "deployment.yaml",
            "kustomization.yaml",
            "service.yaml",
            "src/app.py",
            "src/part.py",
        }
        require(whole <= set(tree), f"{commit} has only {sorted(tree)}")
        part = git(data, "cat-file", "blob", tree["src/part.py"])
        require(part == f"marker = {commit.marker!r}\n", f"{commit} has the code {part}")


def files(data, commit):
    """Blobs of the commit's app, by path below its directory."""
    blobs = {}
    for line in git(data, "ls-tree", "-r", commit.id).splitlines():
        blob, _, path = line.partition("\t")
        _, of_app, below = path.partition(f"/{commit.app}/")
        if of_app:
            blobs[below] = blob.split()[2]
    return blobs


def check_people(platform, people, requests, found):
    """What the API says is what git says, and each app answers with its newest version."""
    owners = {request.key: request.person for request in requests}
    commits_of = {}
    for commit in found:
        commits_of.setdefault(commit.app, []).append(commit)
    for person in people:
        mine = {app: made for app, made in commits_of.items() if owners[made[0].key] == person.name}
        present = {app for app, made in mine.items() if made[-1].action != "delete"}
        listed = {
            app["app_id"]: app for app in platform.call("GET", "/api/apps", headers=person.headers)
        }
        require(present == set(listed), f"{person.name}: git has {present}, the API {set(listed)}")
        person.apps = {}
        for app in present:
            newest = [commit for commit in mine[app] if commit.version][-1]
            person.apps[app] = newest.version
            shown = deploys(platform, person, app)
            require(
                shown == [commit.id for commit in reversed(mine[app])],
                f"app {app}: the API has {shown}",
            )
            outcome = platform.outcome(app, newest.version, person.headers)
            require(outcome["outcome"] == "live", f"app {app}: {outcome}")
            base = listed[app]["deployment_url"]
            eventually(
                f"app {app} answers with version {newest.version}",
                lambda base=base, marker=newest.marker: platform.app(base, "GET", "/") == marker,
            )


def deploys(platform, person, app):
    """The app's commits as the API lists them, newest first."""
    path = f"/api/v1/apps/{app}/deploys?limit=200"
    page = platform.call("GET", path, headers=person.headers)
    shown = page["deploys"]
    while page["next_before"]:
        page = platform.call("GET", f"{path}&before={page['next_before']}", headers=person.headers)
        shown += page["deploys"]
    return [deploy["commit"] for deploy in shown]


def unmarked(commit):
    return Commit(commit.id, commit.key, commit.app, commit.version, commit.action)
