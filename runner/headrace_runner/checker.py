"""Says whether a user's code may be deployed. Parses and compiles it, never runs it.

One file with nothing but the standard library, because it runs alone: `python3 -I -S checker.py`.
It reads one JSON request a line and writes one JSON answer a line. This is a courtesy to authors,
early and in plain words; what keeps an app in its place is the sandbox it runs in.
"""

import ast
import gc
import json
import resource
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

DEFAULT_IMPORTS = (
    "base64 bson calendar collections copy dataclasses datetime decimal enum fastapi fasthtml "
    "fasthtml_auth fastlite functools google.auth googleapiclient hashlib html http httpx itertools "
    "jinja2 json locale math monsterui operator os pathlib pydantic pymongo random re secrets slack_sdk "
    "starlette statistics string sys textwrap time typing urllib urllib.parse uuid"
).split()

MAX_FILES = 50
MAX_FILE_CHARS = 100 * 1024
MAX_TOTAL_CHARS = 500 * 1024
MAX_TOTAL_BYTES = 900 * 1024  # a ConfigMap holds 1 MiB with everything around the files
MAX_NAME_CHARS = 200
MAX_SEGMENT_BYTES = 255
EXTENSIONS = (".py", ".css", ".js", ".svg", ".html", ".json", ".txt")

MAX_REQUEST_BYTES = 16 * 1024 * 1024
MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS_PER_REQUEST = 10
REQUESTS_PER_COLLECTION = 100

PASSED = "Code validation passed"
FILES_HINT = " Use environment variables or in-memory data instead."
EVAL_HINT = " Use proper code structure instead."
NO_APP = "Your code must create an app instance. Add: app = FastAPI() (or app, rt = fast_app() for FastHTML)"


@dataclass(eq=False)
class Refused(Exception):
    """The first thing that is wrong with the code."""

    message: str
    line: int | None = None
    file: str | None = None


def check_code(code: str, allowed_imports: list[str] | None = None) -> str:
    """Returns the framework of a single-file app or raises Refused."""
    if len(code) > MAX_FILE_CHARS:
        raise Refused("File too large: main.py (max 100KB)")
    return Source("main.py", code, {"main.py"}, allowed_imports, is_entrypoint=True).check()


def check_files(files: dict[str, str], entrypoint: str, allowed_imports: list[str] | None = None) -> str:
    """Returns the framework of a multi-file app or raises Refused."""
    check_totals(files)
    if entrypoint not in files:
        raise Refused(f"Entrypoint '{entrypoint}' not found in files")
    if not entrypoint.endswith(".py"):
        raise Refused(f"Entrypoint must be a Python file (.py), got: {entrypoint}")
    framework = ""
    for name, content in files.items():
        check_name(name, files)
        suffix = PurePosixPath(name).suffix.lower()
        if suffix not in EXTENSIONS:
            raise Refused(f"File type not allowed: {name}. Allowed: {', '.join(EXTENSIONS)}", file=name)
        if len(content) > MAX_FILE_CHARS:
            raise Refused(f"File too large: {name} (max 100KB)", file=name)
        if suffix == ".py":
            is_entrypoint = name == entrypoint
            found = Source(name, content, set(files), allowed_imports, is_entrypoint, entrypoint).check()
            framework = found if is_entrypoint else framework
    return framework


def check_totals(files: dict[str, str]) -> None:
    if not files:
        raise Refused("No files provided")
    if len(files) > MAX_FILES:
        raise Refused(f"Too many files (max {MAX_FILES})")
    if sum(map(len, files.values())) > MAX_TOTAL_CHARS:
        raise Refused("Total size exceeds 500KB")
    if sum(len(content.encode(errors="surrogatepass")) for content in files.values()) > MAX_TOTAL_BYTES:
        raise Refused("Total size exceeds 900KB when written as UTF-8")


def check_name(name: str, files: dict[str, str]) -> None:
    segments = name.split("/")
    parents = ("/".join(segments[:count]) for count in range(1, len(segments)))
    reason = (
        "it is empty" if not name
        else f"it is longer than {MAX_NAME_CHARS} characters" if len(name) > MAX_NAME_CHARS
        else "it has a control character" if any(ord(c) < 32 or 127 <= ord(c) < 160 for c in name)
        else "it is not valid Unicode" if any("\ud800" <= c <= "\udfff" for c in name)
        else "it has a backslash; write folders with /" if "\\" in name
        else "it is absolute; write it relative to the app's folder" if name.startswith("/")
        else "it leaves the app's folder" if ".." in segments
        else "it has an empty or '.' part" if "" in segments or "." in segments
        else "a part of it is too long" if any(len(s.encode()) > MAX_SEGMENT_BYTES for s in segments)
        else "a folder in it is also the name of a file" if any(parent in files for parent in parents)
        else None
    )  # fmt: skip
    if reason:
        shown = name.encode("unicode_escape", "replace").decode() if not name.isprintable() else name
        raise Refused(f"File name not allowed: {shown[:MAX_NAME_CHARS]} ({reason})", file=name)


class Source:
    """One Python file of an app."""

    def __init__(
        self,
        name: str,
        code: str,
        names: set[str],
        allowed_imports: list[str] | None,
        is_entrypoint: bool,
        entrypoint: str = "main.py",
    ) -> None:
        self.name = name
        self.code = code
        self.names = names
        self.allowed = sorted(DEFAULT_IMPORTS if allowed_imports is None else allowed_imports)
        self.any_case = allowed_imports is not None
        self.is_entrypoint = is_entrypoint
        self.entrypoint = entrypoint

    def check(self) -> str:
        """Returns the framework, empty for a file without an app of its own."""
        try:
            return self._check()
        except Refused as refused:
            raise Refused(refused.message, refused.line, self.name) from None
        except (RecursionError, MemoryError):
            raise Refused(
                "Syntax error: the code is nested too deeply to be read. Split it into smaller parts.",
                file=self.name,
            ) from None

    def _check(self) -> str:
        if not self.code.strip():
            return self._empty()
        tree = parse(self.code)
        nodes = breadth_first(tree)
        framework = app_framework(tree) if self.is_entrypoint else ""
        if framework is None:
            raise Refused(NO_APP)
        for node in nodes:
            if isinstance(node, IMPORTS):
                self._check_import(node)
        names = Names(tree, nodes)
        self._check_input(nodes, names)
        violations = [
            (RULES.index(rule), node.lineno)
            for node in nodes
            if (look := LOOKS.get(type(node))) and (rule := look(node, names))
        ]
        if violations:
            first, line = min(violations)
            rule = RULES[first]
            hint = rule.hint if self.is_entrypoint else ""
            raise Refused(rule.message + hint, line)
        return framework

    def _empty(self) -> str:
        if self.is_entrypoint:
            raise Refused("Code cannot be empty. Please write some Python code.")
        if PurePosixPath(self.name).name == "__init__.py":
            return ""
        raise Refused("Code cannot be empty.")

    def _check_import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self._require_allowed(alias.name, [alias.name], node.lineno)
        elif node.module:
            if node.level and self._is_own_relative(node.module, node.level):
                return
            members = [f"{node.module}.{alias.name}" for alias in node.names]
            self._require_allowed(node.module, members, node.lineno)

    def _is_own_relative(self, module: str, level: int) -> bool:
        folder = self.name.split("/")[:-level]
        return self._is_own("/".join([*folder, *module.split(".")]))

    def _is_own(self, path: str) -> bool:
        if len(self.names) == 1:
            return False
        return f"{path}.py" in self.names or any(name.startswith(f"{path}/") for name in self.names)

    def _require_allowed(self, module: str, members: list[str], line: int) -> None:
        top = module.partition(".")[0]
        beside_entrypoint = "/".join([*self.entrypoint.split("/")[:-1], top])
        if self._is_own(top) or self._is_own(beside_entrypoint):
            return
        if self._is_listed(module) or all(map(self._is_listed, members)):
            return
        hint = import_hint(top) if self.is_entrypoint else ""
        raise Refused(
            f"Import '{top}' is not allowed.{hint} Allowed imports: {', '.join(self.allowed)}", line
        )

    def _is_listed(self, module: str) -> bool:
        spellings = {module, module.lower()} if self.any_case else {module}
        return any(
            spelling == entry or spelling.startswith(f"{entry}.")
            for spelling in spellings
            for entry in self.allowed
        )

    def _check_input(self, nodes: list[ast.AST], names: "Names") -> None:
        for node in nodes:
            if isinstance(node, ast.Call) and (name := names.builtin(node.func)) in ("input", "raw_input"):
                hint = " Use FastAPI request parameters instead." if self.is_entrypoint else ""
                raise Refused(f"{name}() is not allowed.{hint}", node.lineno)


def import_hint(top: str) -> str:
    if "requests" in top:
        return " Use urllib.parse for URL handling instead"
    if top in ("pandas", "numpy"):
        return " Data processing libraries are not available. Use built-in Python types."
    if top in ("flask", "django"):
        return " This platform uses FastAPI. Import from 'fastapi' instead."
    return ""


def parse(code: str) -> ast.Module:
    try:
        tree = ast.parse(code)
        compile(tree, "<code>", "exec", dont_inherit=True)  # finds what the grammar alone does not
    except SyntaxError as error:
        message = f"Syntax error: {error.msg}"
        line = None if "null bytes" in (error.msg or "") else error.lineno
        if "invalid syntax" in error.msg:
            expects = "expected" in error.msg
            message += (
                ". Check for missing colons, parentheses, or brackets."
                if expects
                else f". Check line {line} for typos or missing characters."
            )
        raise Refused(message, line) from None
    except UnicodeEncodeError as error:
        line = code.count("\n", 0, error.start) + 1
        raise Refused("Syntax error: the code has a character that is not valid Unicode", line) from None
    except ValueError as error:
        raise Refused(f"Syntax error: {error}") from None
    return tree


def breadth_first(tree: ast.AST) -> list[ast.AST]:
    """Like ast.walk, less the contexts and operators, which are half of all nodes."""
    nodes = [tree]
    for node in nodes:
        if isinstance(node, LEAVES):
            continue
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                nodes += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, MEANINGFUL):
                nodes.append(value)
    return nodes


LEAVES = (ast.Name, ast.Constant)
IMPORTS = (ast.Import, ast.ImportFrom)
MEANINGFUL = (ast.expr, ast.stmt, ast.arguments, ast.arg, ast.excepthandler, ast.pattern)


# The app instance


def app_framework(tree: ast.Module) -> str | None:
    """What the module's own `app` is made with; None when the module binds no app."""
    makers = {
        "FastAPI": "fastapi",
        "fast_app": "fasthtml",
        "FastHTML": "fasthtml",
    }
    functions: dict[str, ast.FunctionDef] = {}
    framework = None
    for node in module_statements(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.asname and alias.name in makers:
                    makers[alias.asname] = makers[alias.name]
        elif isinstance(node, ast.FunctionDef):
            functions[node.name] = node
        else:
            targets, value = assignment(node)
            if isinstance(value, ast.Call) and any(binds_app(target) for target in targets):
                name = called_name(value)
                framework = makers.get(name) or made_inside(functions.get(name), makers) or framework
    return framework


def made_inside(factory: ast.FunctionDef | None, makers: dict[str, str]) -> str | None:
    calls = [node for node in breadth_first(factory) if isinstance(node, ast.Call)] if factory else []
    return next((made for call in calls if (made := makers.get(called_name(call)))), None)


BLOCKS = (ast.If, ast.Try, ast.TryStar, ast.ExceptHandler, ast.With, ast.For, ast.While)


def module_statements(tree: ast.Module):
    """The statements that run when the module does, also inside `if`, `try`, `with` and loops."""
    waiting: list[ast.AST] = list(tree.body)[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(
            node, ast.If | ast.Try | ast.With | ast.For | ast.While | ast.ExceptHandler | ast.TryStar
        ):
            waiting.extend(list(ast.iter_child_nodes(node))[::-1])


ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.NamedExpr)


def assignment(node: ast.AST) -> tuple[list[ast.expr], ast.expr | None]:
    if isinstance(node, ast.Assign):
        return node.targets, node.value
    if isinstance(node, ast.AnnAssign | ast.NamedExpr):
        return [node.target], node.value
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.NamedExpr):
        return [node.value.target], node.value.value
    return [], None


def binds_app(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return any(binds_app(element) for element in target.elts)
    return isinstance(target, ast.Name) and target.id == "app"


def called_name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


# What code may not do


@dataclass(frozen=True)
class Rule:
    message: str
    hint: str = ""


def forbidden(what: str, hint: str = "") -> Rule:
    return Rule(f"{what} is not allowed for security reasons.", hint)


IMPORT = forbidden("Direct use of __import__()")
EVAL = forbidden("eval()", EVAL_HINT)
EXEC = forbidden("exec()", EVAL_HINT)
COMPILE = forbidden("compile()")
FILES = Rule("File operations are not allowed.", FILES_HINT)
SUBPROCESS = forbidden("subprocess")
OS_CALLS = (
    "system popen execl execle execlp execlpe execv execve execvp execvpe spawnl spawnle spawnlp spawnlpe "
    "spawnv spawnve spawnvp spawnvpe posix_spawn posix_spawnp fork forkpty startfile kill killpg"
).split()
OS_RULES = {name: forbidden(f"os.{name}()") for name in OS_CALLS}
GETATTR = {module: forbidden(f"getattr() on {module}") for module in ("os", "builtins")}
IMPORTLIB = forbidden("importlib")
SYS_MODULES = forbidden("sys.modules")
INTERNALS = {
    name: forbidden(name)
    for name in ("__builtins__", "__globals__", "__subclasses__", "__loader__", "__getattribute__")
}
BUILTIN_RULES = {
    "__import__": IMPORT,
    "eval": EVAL,
    "exec": EXEC,
    "compile": COMPILE,
    "open": FILES,
}
RULES = [
    *BUILTIN_RULES.values(),
    SUBPROCESS,
    *OS_RULES.values(),
    IMPORTLIB,
    SYS_MODULES,
    *INTERNALS.values(),
    *GETATTR.values(),
]
OPENERS = ("os", "io", "_io", "codecs", "pathlib", "builtins")
OS_SPELLINGS = ("os", "_os", "posix", "nt")
PATH_TEXT = ("read_text", "read_bytes", "write_text", "write_bytes")
PATH_FILE = (
    *PATH_TEXT, "open", "unlink", "rmdir", "mkdir", "touch", "rename", "replace", "chmod",
    "symlink_to", "hardlink_to",
)  # fmt: skip


class Names:
    """What the names of a module stand for: imports and their aliases, builtins, paths."""

    def __init__(self, tree: ast.Module, nodes: list[ast.AST]) -> None:
        self._tree = tree
        self._nodes = nodes
        self._parents: dict[ast.AST, ast.AST] | None = None
        self._meanings: dict[str, str] = {}
        for node in nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    meaning = alias.name if alias.asname else alias.name.partition(".")[0]
                    self._meanings[alias.asname or meaning] = meaning
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    self._meanings[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        for node in nodes:
            if isinstance(node, ASSIGNMENTS):
                self._follow_assignment(node)

    def _follow_assignment(self, node: ast.AST) -> None:
        targets, value = assignment(node)
        if value is None:
            return
        meaning = self.dotted(value)
        if not meaning and self.is_path(value):
            meaning = "pathlib.Path()"
        for target in targets if meaning else []:
            if isinstance(target, ast.Name):
                self._meanings.setdefault(target.id, meaning)

    def dotted(self, node: ast.AST) -> str:
        """`o.system` is "os.system" after `import os as o`; empty when it does not begin at an import."""
        attributes = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name):
            start = self._meanings.get(node.id) or ("builtins" if node.id == "__builtins__" else "")
            return ".".join([start, *reversed(attributes)]) if start else ""
        return ""

    def is_path(self, node: ast.AST) -> bool:
        while True:
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                node = node.left
            elif isinstance(node, ast.Call | ast.Attribute):
                if isinstance(node, ast.Call) and self.dotted(node.func) in PATH_CLASSES:
                    return True
                node = node.func if isinstance(node, ast.Call) else node.value
            else:
                meaning = self._meanings.get(node.id) if isinstance(node, ast.Name) else None
                return meaning == "pathlib.Path()" or meaning in PATH_CLASSES

    def uses(self, module: str) -> bool:
        return any(meaning.partition(".")[0] == module for meaning in self._meanings.values())

    def builtin(self, node: ast.AST) -> str | None:
        """The name of the watched builtin that this expression is, if it is one."""
        if not isinstance(node, ast.Name) or node.id not in WATCHED or not isinstance(node.ctx, ast.Load):
            return None
        return None if self._is_rebound(node) else node.id

    def _is_rebound(self, name: ast.Name) -> bool:
        node: ast.AST = name
        parents = self._parent_links()
        while (node := parents.get(node)) is not None:
            if isinstance(node, SCOPES) and name.id in bound_in(node):
                return True
        return any(
            statement.lineno < name.lineno and name.id in bound_by(statement) for statement in self._tree.body
        )

    def _parent_links(self) -> dict[ast.AST, ast.AST]:
        if self._parents is None:
            self._parents = {child: node for node in self._nodes for child in ast.iter_child_nodes(node)}
        return self._parents


WATCHED = {*BUILTIN_RULES, "file", "getattr", "input", "raw_input", "setattr", "vars"}
PATH_CLASSES = {f"pathlib.{kind}Path" for kind in ("", "Posix", "Windows")}
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
SCOPES = (*FUNCTIONS, *COMPREHENSIONS)


def bound_in(scope: ast.AST) -> set[str]:
    """Names that are local to a function or comprehension, so never a builtin inside it."""
    bound: set[str] = set()
    outer: set[str] = set()
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Global):
            outer.update(node.names)
        bound |= bound_by(node)
        if isinstance(node, ast.arg):
            bound.add(node.arg)
        if not isinstance(node, (*SCOPES, ast.ClassDef)):
            waiting.extend(ast.iter_child_nodes(node))
    return bound - outer


def bound_by(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Store) else set()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names} if node.module != "builtins" else set()
    if isinstance(node, ast.Assign):
        return {
            part.id
            for target in node.targets
            for part in ast.walk(target)
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
        }
    return set()


def name_rule(node: ast.Name, names: Names) -> Rule | None:
    if node.id in INTERNALS:
        return INTERNALS[node.id]
    if node.id in BUILTIN_RULES and names.builtin(node):
        return BUILTIN_RULES[node.id]
    return None


def attribute_rule(node: ast.Attribute, names: Names) -> Rule | None:
    if node.attr in INTERNALS:
        return INTERNALS[node.attr]
    if node.attr == "__import__":
        return IMPORT
    dotted = names.dotted(node)
    if dotted:
        return dotted_rule(dotted) or (
            FILES if node.attr in PATH_FILE and names.is_path(node.value) else None
        )
    if node.attr in PATH_TEXT and names.uses("pathlib"):
        return FILES
    return FILES if node.attr in PATH_FILE and names.is_path(node.value) else None


def dotted_rule(dotted: str) -> Rule | None:
    *modules, last = dotted.split(".")
    if "subprocess" in (*modules, last) or last.startswith("create_subprocess"):
        return SUBPROCESS
    if modules and modules[-1] in OS_SPELLINGS:
        if last in OS_RULES:
            return OS_RULES[last]
        if last == "__dict__":
            return GETATTR["os"]
    if last in ("open", "fdopen", "open_code") and modules and modules[-1] in OPENERS:
        return FILES
    if modules == ["sys"] and last == "modules":
        return SYS_MODULES
    if modules == ["builtins"]:
        return BUILTIN_RULES.get(last) or (GETATTR["builtins"] if last == "__dict__" else None)
    return None


def call_rule(node: ast.Call, names: Names) -> Rule | None:
    function = names.builtin(node.func)
    if function == "file" and not names.dotted(node.func):
        return FILES
    if function in ("getattr", "vars", "setattr") and node.args:
        return reflection_rule(node, names)
    if names.dotted(node.func) in ("operator.attrgetter", "operator.methodcaller") and names.uses("os"):
        for argument in node.args:
            if isinstance(argument, ast.Constant) and argument.value in OS_RULES:
                return OS_RULES[argument.value]
    return None


def reflection_rule(node: ast.Call, names: Names) -> Rule | None:
    target = names.dotted(node.args[0]).rpartition(".")[2]
    module = "os" if target in OS_SPELLINGS else target if target == "builtins" else None
    attribute = node.args[1] if len(node.args) > 1 else None
    if isinstance(attribute, ast.Constant):
        hidden = hidden_name_rule(attribute.value)
        return hidden or (dotted_rule(f"{module}.{attribute.value}") if module else None)
    return GETATTR[module] if module else None


def hidden_name_rule(text: object) -> Rule | None:
    if text == "__import__":
        return IMPORT
    return INTERNALS.get(text) if isinstance(text, str) else None


def subscript_rule(node: ast.Subscript, _: Names) -> Rule | None:
    return hidden_name_rule(node.slice.value) if isinstance(node.slice, ast.Constant) else None


def import_rule(node: ast.Import | ast.ImportFrom, _: Names) -> Rule | None:
    own = isinstance(node, ast.ImportFrom) and node.level
    module = node.module if isinstance(node, ast.ImportFrom) else None
    for alias in [] if own else node.names:
        dotted = f"{module}.{alias.name}" if module else alias.name
        if dotted.partition(".")[0] == "importlib":
            return IMPORTLIB
        if rule := dotted_rule(dotted):
            return rule
    return None


LOOKS: dict[type[ast.AST], Callable[..., Rule | None]] = {
    ast.Name: name_rule,
    ast.Attribute: attribute_rule,
    ast.Call: call_rule,
    ast.Subscript: subscript_rule,
    ast.Import: import_rule,
    ast.ImportFrom: import_rule,
}


# The line protocol


def answer(line: bytes) -> dict[str, object]:
    request_id = None
    try:
        request = json.loads(line)
        if not isinstance(request, dict):
            raise TypeError("it is not an object")
        request_id = request.get("id")
        files, code = request.get("files"), request.get("code")
        allowed = request.get("allowed_imports")
        if allowed is not None and not is_text_list(allowed):
            raise TypeError("allowed_imports is not a list of strings")
        if files is None and not isinstance(code, str):
            raise TypeError("it has neither code (a string) nor files (an object)")
        if files is not None and not (isinstance(files, dict) and is_text_list(list(files.values()))):
            raise TypeError("files is not an object of strings")
        entrypoint = request.get("entrypoint", "main.py")
        if not isinstance(entrypoint, str):
            raise TypeError("entrypoint is not a string")
    except (ValueError, TypeError, RecursionError) as error:
        return {"id": request_id, "error": f"Request not understood: {error}. Send one JSON object a line."}
    try:
        framework = check_code(code, allowed) if files is None else check_files(files, entrypoint, allowed)
    except Refused as refused:
        return verdict(request_id, False, refused.message, refused.line, refused.file if files else None)
    return verdict(request_id, True, PASSED, framework=framework)


def is_text_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def verdict(
    request_id: object,
    valid: bool,
    message: str,
    line: int | None = None,
    file: str | None = None,
    framework: str | None = None,
) -> dict[str, object]:
    return {
        "id": request_id,
        "valid": valid,
        "message": message,
        "line": line,
        "file": file,
        "framework": framework,
    }


def limit_memory() -> None:
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return


def allow_more_time() -> None:
    try:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(usage.ru_utime + usage.ru_stime) + CPU_SECONDS_PER_REQUEST
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
    except (OSError, ValueError):
        return


def requests():
    """The lines of standard input; one that is too long comes out empty."""
    while line := sys.stdin.buffer.readline(MAX_REQUEST_BYTES):
        too_long = not line.endswith(b"\n") and len(line) == MAX_REQUEST_BYTES
        while too_long and (rest := sys.stdin.buffer.readline(MAX_REQUEST_BYTES)):
            if rest.endswith(b"\n"):
                break
        yield b"" if too_long else line


def main() -> None:
    warnings.simplefilter("ignore")
    limit_memory()
    gc.disable()  # a syntax tree is many objects without a cycle; looking for one doubles the time
    for count, line in enumerate(requests()):
        allow_more_time()
        sys.stdout.write(json.dumps(answer(line)) + "\n")
        sys.stdout.flush()
        if count % REQUESTS_PER_COLLECTION == 0:
            gc.collect()


if __name__ == "__main__":
    main()
