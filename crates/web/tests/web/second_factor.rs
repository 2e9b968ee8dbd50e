//! The second factor as people meet it: codes by time, recovery codes, and what is stored of them.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::desk::{Desk, HOUR, PASSWORD};

const STEP: i64 = 30_000_000;

fn plus(text: &str) -> String {
    text.replace(' ', "+")
}

/// What a device would make codes with.
fn device(secret: &str) -> Totp {
    let secret = Secret::try_from_base32(secret).expect("Base32");
    let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6);
    builder.with_step_duration(30).with_secret(secret).build().expect("a device")
}

/// The code that a device shows whose clock is so far ahead.
fn code(desk: &Desk, device: &Totp, ahead: i64) -> String {
    let now = desk.clock.0.load(Ordering::SeqCst) + ahead;
    device.generate(u64::try_from(now / 1_000_000).expect("after 1970")).to_string()
}

fn wait(desk: &Desk, steps: i64) {
    desk.clock.0.fetch_add(steps * STEP, Ordering::SeqCst);
}

async fn sign_in(desk: &Desk, password: &str, code: &str) -> (StatusCode, String) {
    let form = format!("person=ines-arvid&password={}&code={code}", plus(password));
    desk.post("/sign-in", "", &form).await
}

/// Sets it up; gives the cookie, the device and the recovery codes.
async fn set_up(desk: &Desk) -> (String, String, Vec<String>) {
    let cookie = desk.signed_in("ines-arvid").await;
    let token = desk.token("/account", &cookie).await;
    let begin = format!("form={token}&present={}", plus(PASSWORD));
    let (status, page) = desk.post("/account/second-factor", &cookie, &begin).await;
    assert!(status == StatusCode::OK && page.contains("<svg"), "{page}");
    let (_, rest) = page.split_once("<code>").expect("the secret");
    let secret = rest.split('<').next().expect("the secret").to_owned();
    let first = code(desk, &device(&secret), 0);
    let confirm = format!("form={token}&code={first}");
    let (status, page) = desk.post("/account/second-factor/confirm", &cookie, &confirm).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let codes = page.split("<code>").skip(1).filter_map(|rest| rest.split('<').next());
    let codes: Vec<String> = codes.map(str::to_owned).collect();
    assert_eq!(codes.len(), 10);
    (cookie, secret, codes)
}

/// All bytes under a folder.
fn holds(all: &[u8], what: &[u8]) -> bool {
    all.windows(what.len()).any(|window| window == what)
}

#[tokio::test]
async fn each_code_signs_in_once_and_one_step_of_skew_is_borne() {
    let desk = Desk::new().await;
    let (_, secret, _) = set_up(&desk).await;
    let device = device(&secret);
    let (without, words) = sign_in(&desk, PASSWORD, "").await;
    let (wrong, same) = sign_in(&desk, "wrong", "").await;
    assert_eq!((without, wrong), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
    assert_eq!(words, same, "which of them was wrong is not said");
    let first = code(&desk, &device, 0);
    let (again, _) = sign_in(&desk, PASSWORD, &first).await;
    assert_eq!(again, StatusCode::UNAUTHORIZED, "the first code was taken to turn it on");
    wait(&desk, 1);
    let now = code(&desk, &device, 0);
    assert_eq!(sign_in(&desk, PASSWORD, &now).await.0, StatusCode::SEE_OTHER);
    assert_eq!(sign_in(&desk, PASSWORD, &now).await.0, StatusCode::UNAUTHORIZED, "replayed");
    wait(&desk, 3);
    let late = code(&desk, &device, -STEP);
    assert_eq!(sign_in(&desk, PASSWORD, &late).await.0, StatusCode::SEE_OTHER, "a slow clock");
    let early = code(&desk, &device, STEP);
    assert_eq!(sign_in(&desk, PASSWORD, &early).await.0, StatusCode::SEE_OTHER, "a fast clock");
    let before = code(&desk, &device, 0);
    let (status, _) = sign_in(&desk, PASSWORD, &before).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "a later step was taken");
    desk.clock.0.fetch_add(HOUR, Ordering::SeqCst);
    for far in [-2 * STEP, 2 * STEP] {
        let (status, _) = sign_in(&desk, PASSWORD, &code(&desk, &device, far)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{far}");
    }
    let all = desk.site.operations().sign_ins(None, 0, 50).await.expect("read").0;
    let outcomes: Vec<&str> = all.iter().map(|row| row.outcome.as_str()).collect();
    assert!(outcomes.contains(&"code") && outcomes.contains(&"wrong"), "{outcomes:?}");
    assert!(all.iter().any(|row| row.means.as_str() == "code"));
}

#[tokio::test]
async fn wrong_codes_lock_like_wrong_passwords() {
    let desk = Desk::new().await;
    let (_, secret, _) = set_up(&desk).await;
    for _ in 0..5 {
        let (status, _) = sign_in(&desk, PASSWORD, "not-a-code").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    wait(&desk, 2);
    let right = code(&desk, &device(&secret), 0);
    assert_eq!(sign_in(&desk, PASSWORD, &right).await.0, StatusCode::UNAUTHORIZED, "locked");
    desk.clock.0.fetch_add(HOUR, Ordering::SeqCst);
    let right = code(&desk, &device(&secret), 0);
    assert_eq!(sign_in(&desk, PASSWORD, &right).await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_recovery_code_stands_in_once_and_nothing_of_them_is_stored_in_clear() {
    let desk = Desk::new().await;
    let (cookie, secret, codes) = set_up(&desk).await;
    assert!(desk.get("/account", &cookie).await.1.contains("10 recovery codes"));
    let typed = codes[0].to_lowercase().replace('-', "+");
    assert_eq!(sign_in(&desk, PASSWORD, &typed).await.0, StatusCode::SEE_OTHER);
    assert_eq!(sign_in(&desk, PASSWORD, &codes[0]).await.0, StatusCode::UNAUTHORIZED);
    assert!(desk.get("/account", &cookie).await.1.contains("9 recovery codes"));
    let stored = desk.stored();
    let raw = Secret::try_from_base32(&secret).expect("Base32");
    assert!(holds(&stored, b"ines-arvid"), "the right files are read");
    let mut digits = String::new();
    for byte in raw.as_bytes() {
        write!(digits, "{byte:02X}").expect("written");
    }
    for clear in [raw.as_bytes(), secret.as_bytes(), digits.as_bytes()] {
        assert!(!holds(&stored, clear));
    }
    for code in &codes {
        assert!(!holds(&stored, code.as_bytes()));
        assert!(!holds(&stored, code.replace('-', "").as_bytes()));
    }
}

#[tokio::test]
async fn it_is_set_up_and_turned_off_by_who_knows_the_password_and_reset_on_the_server() {
    let desk = Desk::new().await;
    let (cookie, secret, codes) = set_up(&desk).await;
    let token = desk.token("/account", &cookie).await;
    let form =
        |present: &str, code: &str| format!("form={token}&present={}&code={code}", plus(present));
    let (status, _) = desk.post("/account/second-factor", &cookie, &form(PASSWORD, "")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "one is on");
    let (status, _) = desk.post("/account/second-factor/confirm", &cookie, &form("", "1")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "none is being set up");
    wait(&desk, 1);
    let right = code(&desk, &device(&secret), 0);
    for (password, code) in [("wrong", right.as_str()), (PASSWORD, ""), (PASSWORD, "123456789")] {
        let (status, _) =
            desk.post("/account/second-factor/off", &cookie, &form(password, code)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let off = form(PASSWORD, &codes[3]);
    let (status, page) = desk.post("/account/second-factor/off", &cookie, &off).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    assert_eq!(sign_in(&desk, PASSWORD, "").await.0, StatusCode::SEE_OTHER);
    let (status, _) = desk.post("/account/second-factor", &cookie, &form("wrong", "")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "the password is asked");
    // What was begun asks for nothing yet.
    let (status, _) = desk.post("/account/second-factor", &cookie, &form(PASSWORD, "")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(sign_in(&desk, PASSWORD, "").await.0, StatusCode::SEE_OTHER);
    let (cookie, _, _) = set_up(&desk).await;
    let ines = "ines-arvid".parse().expect("an id");
    let operations = desk.site.operations();
    assert!(operations.reset_second_factor(&ines).await.expect("reset"));
    assert!(!operations.reset_second_factor(&ines).await.expect("nothing to reset"));
    assert_eq!(desk.get("/account", &cookie).await.0, StatusCode::SEE_OTHER, "sessions end");
    assert_eq!(sign_in(&desk, PASSWORD, "").await.0, StatusCode::SEE_OTHER);
}
