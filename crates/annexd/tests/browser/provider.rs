//! Signing in by a real provider of identities, as a person does it in a browser.

use std::net::TcpListener;
use std::path::Path;

use annex_testbed::IdentityProvider;
use fantoccini::Locator;

use crate::axe::{axe, barriers};
use crate::browser::{Browser, VIEWS};
use crate::pages::styled;
use crate::server::{INES, Storage, TOMAS, Workplace};

/// Where pictures go when someone wants to look at what this test sees.
const PICTURES: &str = "ANNEX_PICTURES";

/// The way to the provider.
const TO_PROVIDER: &str = "//a[normalize-space(.)='Sign in with your organisation']";

async fn look(browser: &Browser, axe: &str, name: &str) {
    for view in VIEWS {
        browser.look(view).await;
        styled(browser).await;
        let found = barriers(browser, axe).await;
        assert!(found.is_empty(), "{name} ({}): {}", view.name, found.join("\n"));
        if let Some(folder) = std::env::var_os(PICTURES) {
            let picture = browser.client.screenshot().await.expect("a picture");
            let file = Path::new(&folder).join(format!("{name}.{}.png", view.name));
            std::fs::write(file, picture).expect("written");
        }
    }
}

#[tokio::test]
async fn a_person_goes_to_the_provider_and_comes_back_signed_in() {
    let workplace = Workplace::with_accounts(Storage::Sqlite).await;
    // The provider must know where it sends browsers before Annex is there.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    let port = port.expect("a free port").port();
    let url = format!("http://127.0.0.1:{port}");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let provider = IdentityProvider::start(folder, &format!("{url}/sign-in/callback"));
    let secret = workplace.path("client-secret");
    std::fs::write(&secret, "of the tests\n").expect("written");
    let secret = format!("file:{}", secret.display());
    let settings = [
        ("ANNEX_SERVER_URL", url.as_str()),
        ("ANNEX_SERVER_OIDC_ISSUER", provider.issuer()),
        ("ANNEX_SERVER_OIDC_CLIENT_ID", "annex"),
        ("ANNEX_SERVER_OIDC_CLIENT_SECRET", &secret),
    ];
    let run = |task: &[&str]| {
        let output = workplace.annexd(task).envs(settings).output().expect("ended");
        (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
    };
    let (code, text) = run(&["account", TOMAS, "--link", "tomas-at-work"]);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = run(&["account", INES, "--link", "tomas-at-work"]);
    assert!(code == Some(2) && text.contains("belongs to `tomas-beck`"), "{text}");
    let (code, text) = run(&["account", INES, "--unlink", "tomas-at-work"]);
    assert!(code == Some(2) && text.contains("does not sign in as"), "{text}");
    let bare = workplace.annexd(&["account", INES, "--link", "x"]).output().expect("ended");
    assert!(String::from_utf8_lossy(&bare.stderr).contains("server.oidc.issuer"));

    let server = workplace.serve_at(&format!("127.0.0.1:{port}"), &settings);
    let (browser, axe) = (Browser::new().await, axe());
    browser.goto(&server.at("/sign-in")).await;
    look(&browser, &axe, "sign-in-with-provider").await;
    // Someone whom nobody has linked.
    click(&browser, TO_PROVIDER).await;
    at_provider(&browser, "a-stranger").await;
    assert!(browser.text().await.contains("a-stranger"), "the name that has to be linked");
    look(&browser, &axe, "sign-in-refused").await;
    // Cookies know no ports: those of the provider go as well.
    browser.client.delete_all_cookies().await.expect("forgotten");
    browser.goto(&server.at("/sign-in")).await;
    click(&browser, TO_PROVIDER).await;
    at_provider(&browser, "tomas-at-work").await;
    browser.find("a[href='/account']").await;
    assert_eq!(browser.path().await, "/", "it goes on by itself");
    browser.goto(&server.at("/account")).await;
    assert!(browser.text().await.contains("Tomas Beck"));
    browser.goto(&server.at("/sign-in/callback?code=x&state=y")).await;
    assert!(browser.text().await.contains("not begun in this browser"));
    assert!(!server.log().contains("of the tests"), "a secret is not told");
    browser.close().await;
}

/// Types a name at the provider and agrees to what it asks.
async fn at_provider(browser: &Browser, name: &str) {
    browser.find("input[name=login]").await.send_keys(name).await.expect("typed");
    browser.find("input[name=password]").await.send_keys("x").await.expect("typed");
    click(browser, "//button[@type='submit']").await;
    browser.find("input[name=prompt][value=consent]").await;
    click(browser, "//button[@type='submit']").await;
    browser.find("main").await;
}

/// Clicks what a path finds; what follows is no page of ours.
async fn click(browser: &Browser, path: &str) {
    let found = browser.client.find(Locator::XPath(path)).await.expect(path);
    found.click().await.expect("clicked");
}
