//! Pickles that call one thing each, over a wide range of things to call.
//!
//! A scanner that works by a list of forbidden names is measured here; one that asks what a model
//! may need is not helped by the length of the table.

use super::case::{Case, Group};
use super::pickle::Arg::{self, Bytes, Dict, Global, Int, None, Text, Texts};
use super::pickle::{CODE, COMMAND, Pickle};

const ECHO: Arg = Texts(&["echo", "annex"]);
const SHELL: Arg = Text(COMMAND);
const PYTHON: Arg = Text(CODE);
const HOST: Arg = Text("annex.invalid");
const URL: Arg = Text("http://annex.invalid/");
const NOWHERE: Arg = Text("/nonexistent/annex");
/// `None`, marshalled.
const MARSHALLED: Arg = Bytes(b"N");
/// `os.system`, pickled once more.
const PICKLED: Arg = Bytes(b"cos\nsystem\n(S'echo annex'\ntR.");

type Row = (&'static str, &'static str, &'static [Arg]);

/// Module, name, arguments.
const CALLABLES: &[Row] = &[
    // Processes.
    ("os", "system", &[SHELL]),
    ("posix", "system", &[SHELL]),
    ("nt", "system", &[SHELL]),
    ("os", "popen", &[SHELL]),
    ("os", "execvp", &[Text("echo"), ECHO]),
    ("os", "spawnlp", &[Int(0), Text("echo"), Text("echo"), Text("annex")]),
    ("os", "posix_spawn", &[Text("/bin/echo"), ECHO, Dict]),
    ("posix", "posix_spawnp", &[Text("echo"), ECHO, Dict]),
    ("nt", "startfile", &[Text("annex.txt")]),
    ("os", "fork", &[]),
    ("subprocess", "run", &[ECHO]),
    ("subprocess", "Popen", &[ECHO]),
    ("subprocess", "call", &[ECHO]),
    ("subprocess", "check_call", &[ECHO]),
    ("subprocess", "check_output", &[ECHO]),
    ("subprocess", "getoutput", &[SHELL]),
    ("subprocess", "getstatusoutput", &[SHELL]),
    ("_posixsubprocess", "fork_exec", &[ECHO]),
    ("pty", "spawn", &[ECHO]),
    ("multiprocessing.util", "spawnv_passfds", &[Bytes(b"/bin/echo"), ECHO, Texts(&[])]),
    ("multiprocessing.process", "BaseProcess", &[None, Global("os", "getpid")]),
    ("asyncio", "create_subprocess_shell", &[SHELL]),
    ("asyncio.unix_events", "_UnixSubprocessTransport._start", &[Dict, SHELL]),
    ("distutils.spawn", "spawn", &[ECHO]),
    ("platform", "popen", &[SHELL]),
    ("commands", "getoutput", &[SHELL]),
    ("popen2", "popen2", &[SHELL]),
    ("uuid", "_get_command_stdout", &[Text("echo"), Text("annex")]),
    ("_osx_support", "_read_output", &[SHELL]),
    ("_aix_support", "_read_cmd_output", &[SHELL]),
    ("_pyrepl.pager", "pipe_pager", &[Text("annex"), Text("cat")]),
    ("pydoc", "pipepager", &[Text("annex"), Text("cat")]),
    ("pydoc", "tempfilepager", &[Text("annex"), Text("cat")]),
    ("imaplib", "IMAP4_stream", &[SHELL]),
    ("webbrowser", "open", &[URL]),
    ("webbrowser", "GenericBrowser", &[Text("echo")]),
    ("test.support.script_helper", "assert_python_ok", &[Text("-c"), PYTHON]),
    ("ctypes.util", "_findLib_gcc", &[Text("annex")]),
    ("mailcap", "findmatch", &[Dict, Text("text/plain")]),
    // Code.
    ("builtins", "eval", &[PYTHON]),
    ("builtins", "exec", &[PYTHON]),
    ("builtins", "compile", &[PYTHON, Text("annex"), Text("eval")]),
    ("builtins", "__import__", &[Text("this")]),
    ("builtins", "getattr", &[Global("os", "__dict__"), Text("get")]),
    ("builtins", "setattr", &[Global("builtins", "object"), Text("a"), None]),
    ("builtins", "globals", &[]),
    ("builtins", "breakpoint", &[]),
    ("builtins", "open", &[NOWHERE]),
    ("__builtin__", "eval", &[PYTHON]),
    ("__builtin__", "execfile", &[NOWHERE]),
    ("__builtin__", "apply", &[Global("os", "system"), Texts(&[COMMAND])]),
    ("__builtin__", "file", &[NOWHERE]),
    ("runpy", "run_path", &[NOWHERE]),
    ("runpy", "run_module", &[Text("this")]),
    ("runpy", "_run_code", &[PYTHON, Dict]),
    ("importlib", "import_module", &[Text("this")]),
    ("importlib.machinery", "SourceFileLoader", &[Text("annex"), NOWHERE]),
    ("importlib.util", "spec_from_file_location", &[Text("annex"), NOWHERE]),
    ("imp", "load_source", &[Text("annex"), NOWHERE]),
    ("pkgutil", "resolve_name", &[Text("os:system")]),
    ("pydoc", "locate", &[Text("os.system")]),
    ("zipimport", "zipimporter", &[NOWHERE]),
    ("timeit", "timeit", &[PYTHON]),
    ("timeit", "main", &[Texts(&[CODE])]),
    ("trace", "Trace", &[]),
    ("pdb", "run", &[PYTHON]),
    ("pdb", "runeval", &[PYTHON]),
    ("bdb", "Bdb", &[]),
    ("profile", "run", &[PYTHON]),
    ("cProfile", "run", &[PYTHON]),
    ("cProfile", "runctx", &[PYTHON, Dict, Dict]),
    ("doctest", "debug_script", &[PYTHON]),
    ("code", "interact", &[]),
    ("code", "InteractiveInterpreter", &[]),
    ("codeop", "compile_command", &[PYTHON]),
    ("types", "CodeType", &[Int(0), Int(0), Int(0), Int(0), Int(0), Int(0), Bytes(b"N")]),
    ("types", "FunctionType", &[PYTHON, Dict]),
    ("types", "MethodType", &[Global("os", "system"), SHELL]),
    ("new", "function", &[PYTHON, Dict]),
    ("marshal", "loads", &[MARSHALLED]),
    ("_imp", "create_dynamic", &[NOWHERE]),
    ("idlelib.pyshell", "ModifiedInterpreter.runcode", &[Dict, PYTHON]),
    ("idlelib.run", "Executive.runcode", &[Dict, PYTHON]),
    ("idlelib.calltip", "get_entity", &[PYTHON]),
    ("idlelib.autocomplete", "AutoComplete.get_entity", &[Dict, PYTHON]),
    ("idlelib.debugobj", "ObjectTreeItem.SetText", &[Dict, PYTHON]),
    ("lib2to3.pgen2.grammar", "Grammar.loads", &[Dict, PICKLED]),
    ("lib2to3.pgen2.pgen", "ParserGenerator.make_label", &[Dict, Dict, PYTHON]),
    ("rlcompleter", "Completer", &[Dict]),
    ("annotationlib", "ForwardRef.evaluate", &[PYTHON]),
    ("unittest.mock", "_importer", &[Text("os.system")]),
    // What calls what it is given.
    ("functools", "partial", &[Global("os", "system"), SHELL]),
    ("functools", "reduce", &[Global("os", "system"), Texts(&[COMMAND])]),
    ("operator", "attrgetter", &[Text("system")]),
    ("operator", "methodcaller", &[Text("system"), SHELL]),
    ("_operator", "methodcaller", &[Text("system"), SHELL]),
    ("builtins", "map", &[Global("os", "system"), Texts(&[COMMAND])]),
    ("builtins", "filter", &[Global("os", "system"), Texts(&[COMMAND])]),
    ("itertools", "starmap", &[Global("os", "system"), Texts(&[COMMAND])]),
    ("atexit", "register", &[Global("os", "system"), SHELL]),
    ("weakref", "finalize", &[Global("os", "_Environ"), Global("os", "system"), SHELL]),
    ("threading", "Timer", &[Int(1), Global("os", "system"), Texts(&[COMMAND])]),
    ("_thread", "start_new_thread", &[Global("os", "getpid"), Texts(&[])]),
    ("signal", "signal", &[Int(15), Global("os", "getpid")]),
    ("sys", "settrace", &[Global("os", "system")]),
    // Pickles in pickles.
    ("pickle", "loads", &[PICKLED]),
    ("_pickle", "loads", &[PICKLED]),
    ("cPickle", "loads", &[PICKLED]),
    ("dill", "loads", &[PICKLED]),
    ("dill._dill", "_create_function", &[PYTHON, Dict]),
    ("cloudpickle.cloudpickle", "_make_function", &[PYTHON, Dict, None, None, None]),
    ("joblib", "load", &[NOWHERE]),
    ("shelve", "open", &[NOWHERE]),
    ("pandas", "read_pickle", &[NOWHERE]),
    ("numpy", "load", &[NOWHERE, None, Int(1)]),
    ("torch", "load", &[NOWHERE]),
    ("torch.serialization", "load", &[NOWHERE]),
    ("torch.storage", "_load_from_bytes", &[PICKLED]),
    ("multiprocessing.connection", "Client", &[NOWHERE]),
    // Files.
    ("os", "remove", &[NOWHERE]),
    ("os", "rename", &[NOWHERE, NOWHERE]),
    ("os", "chmod", &[NOWHERE, Int(0)]),
    ("os", "putenv", &[Text("ANNEX"), Text("1")]),
    ("shutil", "rmtree", &[NOWHERE]),
    ("shutil", "move", &[NOWHERE, NOWHERE]),
    ("shutil", "copyfile", &[NOWHERE, NOWHERE]),
    ("io", "open", &[NOWHERE]),
    ("io", "FileIO", &[NOWHERE]),
    ("codecs", "open", &[NOWHERE]),
    ("linecache", "getlines", &[NOWHERE]),
    ("pathlib", "Path.write_text", &[NOWHERE, Text("annex")]),
    ("distutils.file_util", "write_file", &[NOWHERE, Texts(&["annex"])]),
    ("logging.config", "fileConfig", &[NOWHERE]),
    ("logging.config", "listen", &[Int(0)]),
    ("logging", "FileHandler", &[NOWHERE]),
    ("sqlite3", "connect", &[NOWHERE]),
    ("tempfile", "mkstemp", &[]),
    ("site", "addsitedir", &[NOWHERE]),
    ("venv", "create", &[NOWHERE]),
    // The network.
    ("socket", "socket", &[]),
    ("socket", "create_connection", &[HOST]),
    ("_socket", "socket", &[]),
    ("urllib.request", "urlopen", &[URL]),
    ("urllib.request", "urlretrieve", &[URL]),
    ("urllib2", "urlopen", &[URL]),
    ("http.client", "HTTPSConnection", &[HOST]),
    ("ftplib", "FTP", &[HOST]),
    ("smtplib", "SMTP", &[HOST]),
    ("ssl", "get_server_certificate", &[HOST]),
    ("requests", "get", &[URL]),
    ("requests.api", "post", &[URL]),
    ("aiohttp", "request", &[Text("GET"), URL]),
    ("xmlrpc.client", "ServerProxy", &[URL]),
    ("paramiko", "SSHClient", &[]),
    // Packages and native code.
    ("pip", "main", &[Texts(&["--version"])]),
    ("pip._internal", "main", &[Texts(&["--version"])]),
    ("setuptools", "setup", &[]),
    ("distutils.core", "run_setup", &[NOWHERE]),
    ("ctypes", "CDLL", &[NOWHERE]),
    ("ctypes", "PyDLL", &[NOWHERE]),
    ("_ctypes", "dlopen", &[NOWHERE]),
    ("cffi", "FFI", &[]),
    // Libraries of the field.
    ("torch.hub", "load", &[Text("annex/annex"), Text("annex")]),
    ("torch.hub", "load_state_dict_from_url", &[URL]),
    ("torch.jit", "load", &[NOWHERE]),
    ("torch.ops", "load_library", &[NOWHERE]),
    ("torch._ops", "_Ops.load_library", &[Dict, NOWHERE]),
    ("torch.utils.cpp_extension", "load", &[Text("annex"), NOWHERE]),
    ("torch.utils.collect_env", "run", &[SHELL]),
    ("torch.utils._config_module", "ConfigModule.load_config", &[Dict, PICKLED]),
    ("torch.utils.bottleneck.__main__", "run_cprofile", &[PYTHON, Dict]),
    ("torch.utils.data.datapipes.utils.decoder", "basichandlers", &[Text("pkl"), PICKLED]),
    ("torch.jit.unsupported_tensor_ops", "execWrapper", &[PYTHON, Dict, Dict]),
    ("torch._inductor.codecache", "compile_file", &[NOWHERE, NOWHERE, ECHO]),
    ("torch._dynamo.guards", "GuardBuilder.get", &[Dict, PYTHON]),
    (
        "torch.fx.experimental.symbolic_shapes",
        "ShapeEnv.evaluate_guards_expression",
        &[Dict, PYTHON, Dict],
    ),
    ("torch.fx.graph_module", "_forward_from_src", &[PYTHON, Dict]),
    ("torch.distributed.rpc.internal", "_run_function", &[PICKLED]),
    ("torch.package", "PackageImporter", &[NOWHERE]),
    ("numpy.testing._private.utils", "runstring", &[PYTHON, Dict]),
    ("numpy.testing", "runstring", &[PYTHON, Dict]),
    ("numpy.f2py.crackfortran", "getlincoef", &[PYTHON, Dict]),
    ("numpy.f2py.crackfortran", "param_eval", &[PYTHON, Dict, Dict]),
    ("numpy.distutils.exec_command", "exec_command", &[SHELL]),
    ("numpy.ctypeslib", "load_library", &[Text("annex"), NOWHERE]),
    ("numpy", "fromfile", &[NOWHERE]),
    ("pandas", "eval", &[PYTHON]),
    ("pandas.core.computation.eval", "eval", &[PYTHON]),
    ("pandas.io.common", "get_handle", &[NOWHERE, Text("w")]),
    ("sklearn.utils._testing", "assert_run_python_script_without_output", &[PYTHON]),
    ("joblib._memmapping_reducer", "delete_folder", &[NOWHERE]),
    ("keras.models", "load_model", &[NOWHERE]),
    ("keras.layers", "Lambda", &[PYTHON]),
    ("tensorflow.python.lib.io.file_io", "delete_recursively", &[NOWHERE]),
    ("tensorflow", "py_function", &[Global("os", "system"), Texts(&[COMMAND]), None]),
    ("transformers.dynamic_module_utils", "get_class_from_dynamic_module", &[Text("a.B"), NOWHERE]),
    ("sympy", "sympify", &[PYTHON]),
    ("numexpr", "evaluate", &[PYTHON]),
    ("jinja2.sandbox", "SandboxedEnvironment", &[]),
    ("yaml", "unsafe_load", &[Text("!!python/object/apply:os.system ['echo annex']")]),
    ("hydra.utils", "instantiate", &[Dict]),
    ("annex_unheard_of.gadget", "run", &[SHELL]),
];

/// Names of files that pickles travel under.
const NAMES: &[&str] =
    &["pkl", "pickle", "bin", "pt", "pth", "ckpt", "p", "joblib", "dat", "model"];

/// One pickle for each row, over the protocols and the usual file names.
pub(crate) fn add(cases: &mut Vec<Case>) {
    let mut group = Group::new("pickle-callable", cases);
    for ((number, (module, name, args)), extension) in
        CALLABLES.iter().enumerate().zip(NAMES.iter().cycle())
    {
        let protocol = [0, 2, 4, 1, 3, 5][number % 6];
        let bytes =
            Pickle::new(protocol).callable(protocol, module, name).reduce(protocol, args).stop();
        let trick = format!("{module}-{name}").replace('.', "-");
        group.file(&format!("{trick}.{extension}"), bytes);
    }
}
