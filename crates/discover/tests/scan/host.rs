//! Machines: trees that look like one, and the one that the tests run on.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use annex_discover::{DiscoverError, Host, Limits, Options, scan_host};
use annex_isms::Instant;
use annex_isms::observation::ObservationBatch;
use proptest::prelude::*;

use super::infra::gguf;
use super::machine::{Machine, asset, observed, places};
use super::{known, shown};

/// The digits of a digest, and of a commit.
const DIGEST: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

#[test]
fn what_runs_is_told_with_its_ports_and_models() {
    let machine = Machine::new();
    machine.listen(&[
        ("0100007F:2CAA", 10),
        ("00000000:1F40", 20),
        ("00000000000000000000000001000000:18BD", 30),
    ]);
    machine.process(7, &["/usr/bin/ollama", "serve"], &[10]);
    let python =
        ["python3", "/venv/bin/vllm", "serve", "acme/help-7b", "--api-key", "word-of-ours"];
    machine.process(8, &python, &[20]);
    machine.process(9, &["/qdrant/qdrant"], &[30]);
    let id = "0123456789abcdef".repeat(4);
    machine.write("proc/9/cgroup", format!("0::/system.slice/docker-{id}.scope\n"));
    machine.write("models/desk.Q4.gguf", gguf("llama"));
    machine.process(10, &["llama-server", "-m", "/models/desk.Q4.gguf"], &[]);
    machine.process(11, &["npm exec @modelcontextprotocol/server-filesystem /data"], &[]);
    machine.process(12, &["litellm", "--model", "gpt-4o"], &[]);
    // One that calls itself otherwise, and one that is known by its folder.
    machine.process(14, &["worker"], &[]);
    symlink("/opt/bin/infinity_emb", machine.path("proc/14/exe")).expect("a link");
    machine.process(15, &["python", "server.py", "--api-key", "word"], &[]);
    symlink("/srv/text-generation-webui", machine.path("proc/15/cwd")).expect("a link");
    machine.process(13, &["vim", "ollama", "vllm serve acme/other"], &[]);
    insta::assert_snapshot!(shown(&machine.scanned()));
}

#[test]
fn every_limit_that_is_reached_is_said() {
    let machine = Machine::new();
    machine.process(7, &["ollama", "serve"], &[]);
    let long = Limits { command_bytes_max: 8, ..Limits::default() };
    let text = shown(&machine.scanned_with(&[], &long).expect("a scan"));
    assert!(text.contains("skipped processes/7/ollama: its command line is too long"), "{text}");
    let few = Limits { processes_max: 1, ..Limits::default() };
    let text = shown(&machine.scanned_with(&[], &few).expect("a scan"));
    assert!(text.contains("skipped processes: more than 1"), "{text}");
}

#[test]
fn keys_of_command_lines_are_never_told() {
    let machine = Machine::new();
    let key = format!("sk-{}", "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z0Q");
    let words = ["vllm", "serve", "acme/help-7b", "--api-key", &key, "--model", &key];
    machine.process(7, &words, &[]);
    machine.process(8, &["litellm", "--model", "https://lee:hidden-word@example.org/m-7b"], &[]);
    let text = serde_json::to_string(&machine.scanned()).expect("JSON");
    assert!(text.contains("acme/help-7b") && text.contains("example.org/m-7b"), "{text}");
    assert!(!text.contains(&key) && !text.contains("hidden-word"), "{text}");
}

#[test]
fn an_open_port_that_nobody_is_known_to_have_is_skipped_and_not_dropped() {
    let machine = Machine::new();
    machine.listen(&[("00000000:2CAA", 10), ("0100007F:04D2", 20), ("00000000:0050", 30)]);
    // One that passes on is not the one that serves.
    machine.process(7, &["/usr/bin/docker-proxy", "-host-port", "11434"], &[10]);
    let batch = machine.scanned();
    let skipped: Vec<_> = batch.skipped.iter().map(|skip| skip.path.as_str()).collect();
    assert_eq!(skipped, ["listening/0.0.0.0:11434", "listening/127.0.0.1:1234"]);
    assert!(batch.skipped.iter().all(|skip| !skip.deliberate));
}

#[test]
fn a_port_that_leads_into_a_container_is_that_of_the_server_in_it() {
    let machine = Machine::new();
    machine.listen(&[("00000000:2CAA", 10)]);
    let proxy = "/usr/bin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 11434 \
                 -container-ip 172.17.0.2 -container-port 11434";
    machine.process(7, &proxy.split(' ').collect::<Vec<_>>(), &[10]);
    for (pid, address) in [(8, "172.17.0.2"), (9, "172.17.0.3")] {
        let program = if pid == 8 { "ollama" } else { "llama-server" };
        machine.process(pid, &[program], &[20]);
        let id = format!("{pid}").repeat(64);
        machine.write(&format!("proc/{pid}/cgroup"), format!("0::/docker/{id}\n"));
        machine.listen_in(&format!("proc/{pid}/net"), &[("00000000:2CAA", 20)]);
        let routes = format!("Local:\n     |-- {address}\n        /32 host LOCAL\n");
        machine.write(&format!("proc/{pid}/net/fib_trie"), routes);
    }
    let batch = machine.scanned();
    assert_eq!(batch.skipped, []);
    assert_eq!(
        places(asset(&batch, "model_api:ollama")),
        ["containers/888888888888", "listening/0.0.0.0:11434", "processes/8/ollama"]
    );
    assert_eq!(observed(&batch, "model_api:ollama", "port_published").as_deref(), Some("true"));
    // Nothing leads to the other one from outside that is known.
    assert_eq!(observed(&batch, "model_api:llama-cpp", "port_published"), None);
}

#[test]
fn what_may_not_be_read_is_counted_and_never_nothing() {
    let machine = Machine::new();
    // A folder in the place of a file cannot be read by anybody.
    for pid in [20, 21] {
        fs::create_dir_all(machine.path(&format!("proc/{pid}/cmdline"))).expect("a folder");
    }
    // Nor what leads back to itself.
    machine.process(22, &["ollama", "serve"], &[]);
    for path in ["proc/22/fd", "users/lee/.ollama"] {
        let path = machine.path(path);
        let _ = fs::remove_dir(&path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        symlink(&path, &path).expect("a link");
    }
    fs::remove_file(machine.path("proc/net/tcp")).expect("no file");
    let text = shown(&machine.scanned());
    for told in [
        "skipped processes: 2 may not be read, 20 the first",
        "skipped processes/22/ollama: its ports may not be read",
        "skipped /users/lee: caches below it: cannot be read",
        "skipped /proc/net/tcp: cannot be read",
        "model_api:ollama at processes/22/ollama",
    ] {
        assert!(text.contains(told), "{told}\n{text}");
    }
    fs::remove_dir_all(machine.path("proc/1")).expect("no process");
    assert!(shown(&machine.scanned()).contains("are hidden (hidepid)"));
    fs::remove_dir_all(machine.path("proc")).expect("no processes");
    machine.write("etc/hostname", "desk-1\n");
    assert!(shown(&machine.scanned()).contains("skipped processes: there is no /proc"));
}

/// A cache of the hub with a model, an unfinished one and a data set, in a folder.
fn hub(machine: &Machine, cache: &str) {
    let model = format!("{cache}/models--acme--help-7b");
    machine.write(&format!("{model}/refs/main"), COMMIT);
    machine.write(&format!("{model}/blobs/{DIGEST}"), gguf("llama"));
    machine.write(&format!("{model}/snapshots/{COMMIT}/config.json"), "{}");
    let link = machine.path(&format!("{model}/snapshots/{COMMIT}/help.gguf"));
    symlink(format!("../../blobs/{DIGEST}"), &link).expect("a link");
    let cut = format!("{cache}/models--acme--big-70b");
    machine.write(&format!("{cut}/refs/main"), COMMIT);
    machine.write(&format!("{cut}/blobs/{DIGEST}.incomplete"), "1234");
    machine.write(&format!("{cache}/datasets--acme--questions/snapshots/{COMMIT}/a.jsonl"), "{}\n");
    machine.write(&format!("{cache}/version.txt"), "1");
}

#[test]
fn caches_of_the_hub_name_models_revisions_and_sizes() {
    let machine = Machine::new();
    hub(&machine, "users/lee/.cache/huggingface/hub");
    insta::assert_snapshot!(shown(&machine.scanned()));
}

#[test]
fn no_link_leads_out_of_a_cache() {
    let machine = Machine::new();
    hub(&machine, "srv/hf/hub");
    machine.write("srv/other/secret.gguf", gguf("bert"));
    let snapshot = format!("srv/hf/hub/models--acme--help-7b/snapshots/{COMMIT}");
    symlink(machine.path("srv/other/secret.gguf"), machine.path(&format!("{snapshot}/a.gguf")))
        .expect("a link");
    symlink(machine.path("srv/other"), machine.path("srv/hf/hub/models--acme--linked"))
        .expect("a link");
    machine.write("srv/hf/hub/models--acme--moved/refs/main", COMMIT);
    symlink(machine.path("srv/other"), machine.path("srv/hf/hub/models--acme--moved/snapshots"))
        .expect("a link");
    let batch = machine.scanned();
    let skipped: Vec<_> = batch.skipped.iter().map(|skip| skip.path.clone()).collect();
    let cache = "/srv/hf/hub/models--acme--";
    assert_eq!(
        skipped,
        [
            format!("{cache}help-7b/snapshots/{COMMIT}/a.gguf"),
            format!("{cache}linked"),
            format!("{cache}moved/snapshots"),
        ]
    );
    let key = "model:huggingface/acme/help-7b";
    assert_eq!(observed(&batch, key, "architecture").as_deref(), Some("llama"));
}

#[test]
fn the_store_of_ollama_names_models_and_what_their_weights_say() {
    let machine = Machine::new();
    let store = "users/lee/.ollama/models";
    let weights = gguf("llama");
    let manifest = format!(
        r#"{{"schemaVersion":2,"layers":[{{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:{DIGEST}","size":{}}}]}}"#,
        weights.len()
    );
    let library = format!("{store}/manifests/registry.ollama.ai/library");
    machine.write(&format!("{library}/llama3.2/1b"), &manifest);
    machine.write(&format!("{library}/gone/latest"), manifest.replace(DIGEST, &"b".repeat(64)));
    machine.write(&format!("{library}/broken/latest"), "{");
    machine.write(&format!("{store}/blobs/sha256-{DIGEST}"), weights);
    machine.write(&format!("{store}/blobs/sha256-{}-partial-0", "c".repeat(64)), "1");
    insta::assert_snapshot!(shown(&machine.scanned()));
}

#[test]
fn folders_are_given_or_known_and_read_as_what_they_are() {
    let machine = Machine::new();
    let studio = "users/lee/.lmstudio/models/acme/help-GGUF";
    machine.write(&format!("{studio}/help-7b.Q4.gguf"), gguf("llama"));
    machine.write("srv/weights/desk.gguf", gguf("llama"));
    machine.write("srv/weights/next.gguf.downloadInProgress", "1");
    hub(&machine, "srv/cache");
    let folders = ["/srv/weights", "/srv/cache"];
    let batch = machine.scanned_with(&folders, &Limits::default()).expect("a scan");
    let keys: Vec<_> = batch.assets.iter().map(|asset| asset.key.to_string()).collect();
    assert_eq!(
        keys,
        [
            "model:desk-1/desk",
            "model:huggingface/acme/big-70b",
            "model:huggingface/acme/help-7b",
            "model:huggingface/acme/help-GGUF",
            "dataset:huggingface/acme/questions",
        ]
    );
    assert_eq!(places(asset(&batch, "model:desk-1/desk")), ["/srv/weights/desk.gguf"]);
    assert_eq!(observed(&batch, "model:desk-1/desk", "stored_bytes").as_deref(), Some("96"));
    let missing = machine.scanned_with(&["/srv/none"], &Limits::default());
    assert!(matches!(missing, Err(DiscoverError::Missing { .. })));
    let few = Limits { files_max: 8, ..Limits::default() };
    let batch = machine.scanned_with(&folders, &few).expect("a scan");
    assert!(shown(&batch).contains("more than 8 files"), "{}", shown(&batch));
}

/// What the test below starts under another name. By itself it does nothing.
#[test]
#[ignore = "the other half of a test"]
fn listens_until_its_input_ends() {
    let Ok(address) = std::env::var("ANNEX_TEST_LISTEN") else { return };
    let listener = TcpListener::bind(address).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    writeln!(std::io::stderr(), "port {port}").expect("a line");
    std::io::stdin().read_to_end(&mut Vec::new()).expect("an end");
}

/// The machine that the tests run on, while a program of that name listens on it.
#[cfg(target_os = "linux")]
fn beside(name: &str, address: &str) -> (u32, u16, ObservationBatch) {
    let mut server = Command::new(std::env::current_exe().expect("this program"))
        .arg0(name)
        .args(["--exact", "host::listens_until_its_input_ends", "--ignored", "--nocapture"])
        .env("ANNEX_TEST_LISTEN", address)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a process");
    let lines = BufReader::new(server.stderr.take().expect("its errors")).lines();
    let port = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("port ")?.parse::<u16>().ok())
        .expect("a port");
    let nothing = tempfile::tempdir().expect("a folder");
    let home = nothing.path().to_string_lossy().into_owned();
    let host = Host {
        root: PathBuf::from("/"),
        environment: &|name| (name == "HOME").then(|| home.clone()),
        folders: Vec::new(),
    };
    let options =
        Options { repository: Some("here".to_owned()), clock: &|| Instant::from_microseconds(0) };
    let batch = scan_host(&host, &known(), &Limits::default(), &options).expect("a scan");
    let pid = server.id();
    drop(server.stdin.take());
    server.wait().expect("an end");
    (pid, port, batch)
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_that_really_listens_is_found_on_this_machine() {
    for (name, address, id, reached) in [
        ("/opt/acme/llama-server", "127.0.0.1:0", "llama-cpp", None),
        ("tritonserver", "0.0.0.0:0", "triton", Some("true")),
        ("ollama", "[::1]:0", "ollama", None),
    ] {
        if address.starts_with('[') && TcpListener::bind(address).is_err() {
            continue;
        }
        let (pid, port, batch) = beside(name, address);
        let key = format!("model_api:{id}");
        let places = places(asset(&batch, &key));
        let host = address.trim_end_matches(":0");
        for place in [format!("processes/{pid}/{id}"), format!("listening/{host}:{port}")] {
            assert!(places.contains(&place), "{place} in {places:?}");
        }
        if let Some(reached) = reached {
            assert_eq!(observed(&batch, &key, "port_published").as_deref(), Some(reached));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_bytes_end_a_scan(
        command: Vec<u8>,
        table: Vec<u8>,
        manifest: Vec<u8>,
        revision: Vec<u8>,
        users: Vec<u8>,
    ) {
        let machine = Machine::new();
        machine.write("proc/7/cmdline", command);
        machine.write("proc/net/tcp", table);
        machine.write("proc/7/cgroup", &revision);
        let store = "usr/share/ollama/.ollama/models/manifests/registry.ollama.ai/library/a";
        machine.write(&format!("{store}/latest"), manifest);
        machine.write("srv/hf/hub/models--a--b/refs/main", revision);
        machine.write("etc/passwd", users);
        let batch = machine.scanned();
        prop_assert_eq!(batch.scope.name, "desk-1");
    }
}
