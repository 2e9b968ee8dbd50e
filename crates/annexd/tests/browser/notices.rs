//! Notices, told by the real `annexd` to a mail server and a webhook that really listen.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use annex_egress::Secret;
use annex_isms::entity::Agreement;
use annex_operations::Command;

use crate::axe::{axe, barriers};
use crate::browser::{Browser, VIEWS};
use crate::pages::styled;
use crate::server::{INES, PASSWORD, Storage, TOMAS, Workplace, in_days};

const SECRET: &str = "signed with this";
const TURNS_MAX: u32 = 600;
const TURN: Duration = Duration::from_millis(100);

/// A letter as a mail server takes it.
#[derive(Clone, Debug)]
struct Taken {
    to: String,
    text: String,
}

/// A mail server that takes everything, but what is for `gone@…`.
fn mail_server(taken: Arc<Mutex<Vec<Taken>>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let taken = Arc::clone(&taken);
            std::thread::spawn(move || drop(letters(stream, &taken)));
        }
    });
    port
}

fn letters(mut stream: TcpStream, taken: &Mutex<Vec<Taken>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?);
    stream.write_all(b"220 sink\r\n")?;
    let mut to = Vec::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let command = line.to_uppercase();
        let answer: &[u8] = match command.get(..4).unwrap_or_default() {
            "RCPT" if command.contains("<GONE@") => b"550 nobody of that name\r\n",
            "RCPT" => {
                to.push(line.trim().to_owned());
                b"250 ok\r\n"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n")?;
                let mut text = String::new();
                while !text.ends_with("\r\n.\r\n") {
                    lines.read_line(&mut text)?;
                }
                let mut all = taken.lock().expect("not poisoned");
                all.push(Taken { to: to.join(" "), text });
                to.clear();
                b"250 taken\r\n"
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n")?;
                return Ok(());
            }
            _ => b"250 ok\r\n",
        };
        stream.write_all(answer)?;
    }
}

/// A request as a webhook takes it.
#[derive(Clone, Debug)]
struct Asked {
    head: BTreeMap<String, String>,
    body: String,
    accepted: bool,
}

/// A webhook that refuses as long as it is told to, and at least the first two.
struct Hook {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    refuses: Arc<AtomicBool>,
}

fn webhook() -> Hook {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let refuses = Arc::new(AtomicBool::new(true));
    let (all, no, count) = (Arc::clone(&asked), Arc::clone(&refuses), AtomicUsize::new(0));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().expect("a copy"));
            let (mut head, mut line) = (BTreeMap::new(), String::new());
            while reader.read_line(&mut line).is_ok() && !line.trim().is_empty() {
                if let Some((name, value)) = line.split_once(": ") {
                    head.insert(name.to_lowercase(), value.trim().to_owned());
                }
                line.clear();
            }
            let length: usize =
                head.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body");
            let first = count.fetch_add(1, Ordering::SeqCst) < 2;
            let accepted = !first && !no.load(Ordering::SeqCst);
            let body = String::from_utf8(body).expect("UTF-8");
            all.lock().expect("not poisoned").push(Asked { head, body, accepted });
            let status = if accepted { "204 No Content" } else { "500 Not now" };
            let answer =
                format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            drop(stream.write_all(answer.as_bytes()));
        }
    });
    Hook { port, asked, refuses }
}

impl Hook {
    fn all(&self) -> Vec<Asked> {
        self.asked.lock().expect("not poisoned").clone()
    }

    fn accepted(&self) -> Vec<serde_json::Value> {
        let accepted = self.all().into_iter().filter(|one| one.accepted);
        accepted.map(|one| serde_json::from_str(&one.body).expect("JSON")).collect()
    }
}

/// Waits for something.
fn until<T>(what: &str, mut there: impl FnMut() -> Option<T>) -> T {
    for _ in 0..TURNS_MAX {
        if let Some(found) = there() {
            return found;
        }
        std::thread::sleep(TURN);
    }
    panic!("{what} does not come");
}

#[tokio::test]
async fn what_is_due_is_told_once_over_faults_and_restarts() {
    let workplace = Workplace::with_accounts(Storage::Sqlite).await;
    let taken = Arc::new(Mutex::new(Vec::<Taken>::new()));
    let (hook, mail) = (webhook(), mail_server(Arc::clone(&taken)));
    // What someone hostile writes must not become a part of a letter.
    let title = "Terms\r\nBcc: everyone@example.org\r\n\r\nTo whom it may concern";
    let agreement = Agreement {
        id: "hostile".parse().expect("an id"),
        supplier: "openai".parse().expect("an id"),
        title: title.to_owned(),
        signed: None,
        expires: Some(in_days(3)),
        reviewed: None,
        review_days: None,
        training_on_our_data: None,
        retention_days: None,
        permitted_classes: None,
        regions: None,
        sub_processors: None,
        breach_notice_hours: None,
        evidence: None,
    };
    let address = |id: &str, name: &str, email: &str| Command::AddPerson {
        id: id.parse().expect("an id"),
        name: name.to_owned(),
        roles: BTreeSet::new(),
        email: Some(email.parse().expect("an address")),
    };
    workplace
        .record(vec![
            address(INES, "Ines Arvid", "ines@example.org"),
            address(TOMAS, "Tomas Beck", "gone@example.org"),
            Command::PutAgreement { agreement: Box::new(agreement) },
        ])
        .await;
    let config = workplace.path("helpdesk").join("annex.toml");
    let text = std::fs::read_to_string(&config).expect("the settings");
    std::fs::write(workplace.path("hook-secret"), format!("{SECRET}\n")).expect("written");
    let text = format!(
        "{text}\n[[server.notify.webhooks]]\nname = \"chat\"\nurl = \"http://127.0.0.1:{}/a-secret-path\"\nsecret = \"file:{}\"\n",
        hook.port,
        workplace.path("hook-secret").display(),
    );
    std::fs::write(&config, text).expect("written");
    let port = mail.to_string();
    let settings = [
        ("ANNEX_SERVER_URL", "https://annex.example.org"),
        ("ANNEX_SERVER_NOTIFY_SMTP_HOST", "127.0.0.1"),
        ("ANNEX_SERVER_NOTIFY_SMTP_PORT", port.as_str()),
        ("ANNEX_SERVER_NOTIFY_SMTP_ENCRYPTION", "none"),
        ("ANNEX_SERVER_NOTIFY_FROM", "annex@example.org"),
        ("ANNEX_SERVER_NOTIFY_DAYS_BEFORE", "40"),
        ("ANNEX_SERVER_NOTIFY_EVERY_SECONDS", "1"),
        ("ANNEX_SERVER_NOTIFY_PAUSE_SECONDS", "1"),
    ];
    let server = workplace.serve_at("127.0.0.1:0", &settings);
    until("a request to the webhook", || (hook.all().len() >= 2).then_some(()));
    assert!(hook.accepted().is_empty(), "it refuses");
    server.end();
    hook.refuses.store(false, Ordering::SeqCst);
    let server = workplace.serve_at("127.0.0.1:0", &settings);
    let (browser, axe) = (Browser::new().await, axe());
    browser.sign_in(&server.at("/sign-in"), INES, PASSWORD).await;
    // Everything is told, but what is for the mailbox that is gone.
    for _ in 0..TURNS_MAX {
        browser.goto(&server.at("/notices?state=waiting")).await;
        if browser.text().await.contains("There is none.") {
            break;
        }
        tokio::time::sleep(TURN).await;
    }
    let told = hook.accepted();
    let ids: BTreeSet<&str> = told.iter().map(|one| one["id"].as_str().expect("an id")).collect();
    assert!(ids.len() == told.len() && told.len() > 3, "each once: {told:?}");
    for kind in ["gap-due", "agreement-expires", "approval-asked"] {
        assert!(told.iter().any(|one| one["kind"] == kind), "{kind}: {told:?}");
    }
    for asked in hook.all() {
        let (time, given) = (&asked.head["annex-timestamp"], &asked.head["annex-signature"]);
        let signed = |secret: &str, time: &str, body: &str| {
            annex_notify::signature(&Secret::new(secret.to_owned()), time, body.as_bytes())
        };
        assert_eq!(*given, signed(SECRET, time, &asked.body));
        assert_ne!(*given, signed("another", time, &asked.body));
        assert_ne!(*given, signed(SECRET, "1", &asked.body), "the second is signed");
        assert_ne!(*given, signed(SECRET, time, "{}"));
    }
    let letters = taken.lock().expect("not poisoned").clone();
    let hostile: Vec<&Taken> = letters.iter().filter(|one| one.text.contains("Terms")).collect();
    assert_eq!(hostile.len(), 1, "{letters:?}");
    for letter in &letters {
        assert_eq!(letter.to, "RCPT TO:<ines@example.org>");
        let (head, body) = letter.text.split_once("\r\n\r\n").expect("a head and a body");
        let names: Vec<&str> = head
            .split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']))
            .filter_map(|line| Some(line.split_once(':')?.0))
            .collect();
        for name in &names {
            let known = [
                "From",
                "To",
                "Subject",
                "Date",
                "Message-ID",
                "Content-Type",
                "Content-Transfer-Encoding",
                "MIME-Version",
            ];
            assert!(known.contains(name), "{head}");
        }
        assert!(names.contains(&"Message-ID") && !body.contains("a-secret-path"), "{head}");
    }
    // The page, and the mailbox that is gone.
    browser.goto(&server.at("/notices?state=failed")).await;
    let text = browser.text().await;
    assert!(text.contains("nobody of that name") && text.contains("tomas-beck"), "{text}");
    browser.goto(&server.at("/notices")).await;
    for view in VIEWS {
        browser.look(view).await;
        styled(&browser).await;
        let found = barriers(&browser, &axe).await;
        assert!(found.is_empty(), "{}: {}", view.name, found.join("\n"));
        if let Some(folder) = std::env::var_os("ANNEX_PICTURES") {
            let picture = browser.client.screenshot().await.expect("a picture");
            let file = std::path::Path::new(&folder).join(format!("notices.{}.png", view.name));
            std::fs::write(file, picture).expect("written");
        }
    }
    browser.look(VIEWS[0]).await;
    browser.goto(&server.at("/access/tomas-beck")).await;
    let field = browser.field("Mail address").await;
    field.clear().await.expect("cleared");
    field.send_keys("tomas@example.org").await.expect("typed");
    browser.follow("//form[@action='/access/address']//button").await;
    browser.goto(&server.at("/notices?state=failed")).await;
    browser.press("Try again").await;
    until("the letter that failed", || {
        let all = taken.lock().expect("not poisoned");
        all.iter().any(|one| one.to == "RCPT TO:<tomas@example.org>").then_some(())
    });
    // Another start tells nothing again.
    let before = (taken.lock().expect("not poisoned").len(), hook.all().len());
    server.end();
    let server = workplace.serve_at("127.0.0.1:0", &settings);
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(before, (taken.lock().expect("not poisoned").len(), hook.all().len()));
    for secret in [SECRET, "a-secret-path"] {
        assert!(!server.log().contains(secret), "a secret is not told");
    }
    browser.close().await;
}
