//! The way of a newcomer: from the first start to a gap that a second person closed.

use crate::browser::Browser;
use crate::server::{INES, PASSWORD, Storage, TOMAS, Workplace};
use crate::start::first_start;

#[tokio::test]
async fn from_the_first_start_to_a_closed_gap() {
    newcomer(Storage::Sqlite).await;
}

#[tokio::test]
async fn from_the_first_start_to_a_closed_gap_on_postgresql() {
    newcomer(Storage::PostgreSql).await;
}

async fn newcomer(storage: Storage) {
    let workplace = Workplace::new(storage).await;
    let browser = Browser::new().await;

    // The first start asks on the terminal; the page then lets in who was chosen.
    let first = first_start(&workplace);
    browser.goto(&first.url).await;
    assert_eq!(browser.path().await, "/sign-in");
    browser.sign_in(&first.url, INES, PASSWORD).await;
    assert_eq!(browser.path().await, "/", "{}", browser.text().await);
    assert!(browser.text().await.contains("Velmora Pumps"));

    // A request is answered, by the form that its page shows.
    let url = |path: &str| format!("{}{path}", first.url);
    browser.goto(&url("/requests?people=yes")).await;
    browser.follow("//main//tbody//a").await;
    let request = browser.path().await;
    let field = browser.find("form.stack input:not([type=hidden])").await;
    let example = field.attr("placeholder").await.expect("an attribute").expect("an example");
    field.send_keys(&example).await.expect("typed");
    browser.press("Record").await;
    assert_eq!(browser.path().await, "/requests", "{}", browser.text().await);
    browser.goto(&url(&request)).await;
    first.end();

    // A second person; the register and the first one's password outlive the server.
    workplace.account(TOMAS);
    let server = workplace.serve();

    // A gap is assigned, and said to be done.
    browser.sign_in(&server.at("/sign-in"), TOMAS, PASSWORD).await;
    browser.link("Gaps").await;
    browser.follow("//main//tbody//a").await;
    let gap = browser.path().await;
    browser.field("Owner").await.select_by_value(TOMAS).await.expect("chosen");
    browser
        .field("Planned implementation")
        .await
        .send_keys("Bind the port to loopback")
        .await
        .expect("typed");
    browser.press("Record").await;
    assert_eq!(browser.path().await, gap);
    assert!(browser.text().await.contains("Bind the port to loopback"));
    browser.press("It is done").await;
    assert!(browser.text().await.contains("You own this gap, so someone else has to verify it."));
    browser.press("Sign out").await;
    assert_eq!(browser.path().await, "/sign-in");

    // Someone else has seen it, and closes it.
    browser.sign_in(&server.at("/sign-in"), INES, PASSWORD).await;
    browser.goto(&server.at(&gap)).await;
    browser.field("What you saw").await.send_keys("Seen in compose.yaml").await.expect("typed");
    browser.press("Close, verified by Ines Arvid").await;
    assert_eq!(browser.path().await, "/gaps", "{}", browser.text().await);
    browser.goto(&server.at(&gap)).await;
    let text = browser.text().await;
    assert!(text.contains("verified by ines-arvid: Seen in compose.yaml"), "{text}");
    browser.close().await;
}

#[tokio::test]
async fn a_wrong_password_lets_nobody_in() {
    let workplace = Workplace::with_accounts(Storage::Sqlite).await;
    let server = workplace.serve();
    let browser = Browser::new().await;
    browser.sign_in(&server.at("/sign-in"), INES, "wrong horse battery").await;
    assert_eq!(browser.path().await, "/sign-in");
    assert!(browser.text().await.contains("do not go together"));
    let person = browser.field("Name").await.prop("value").await.expect("a value");
    assert_eq!(person.as_deref(), Some(INES), "the name is kept, the password is not");
    assert!(browser.client.get_all_cookies().await.expect("cookies").is_empty());
    browser.goto(&server.at("/gaps")).await;
    assert_eq!(browser.path().await, "/sign-in");
    browser.close().await;
    // What was asked is told by the template of its route, without what it holds.
    let log = server.log();
    assert!(log.contains("route=\"/sign-in\" status=401") && !log.contains("wrong horse"), "{log}");
}

#[tokio::test]
async fn everything_works_without_scripts() {
    let workplace = Workplace::with_accounts(Storage::Sqlite).await;
    let server = workplace.serve();
    let browser = Browser::new().await;
    let off = serde_json::json!({ "value": true });
    browser.devtools("Emulation.setScriptExecutionDisabled", off).await;
    browser.goto("data:text/html,<noscript><p>no script runs</p></noscript>").await;
    assert!(browser.has("//p[.='no script runs']").await, "scripts are off");
    browser.sign_in(&server.at("/sign-in"), INES, PASSWORD).await;
    assert_eq!(browser.path().await, "/");
    let cookies = browser.client.get_all_cookies().await.expect("cookies");
    assert!(cookies.iter().all(|cookie| cookie.secure() == Some(true)), "{cookies:?}");
    browser.link("Gaps").await;
    browser.follow("//main//tbody//a").await;
    browser.field("Owner").await.select_by_value(TOMAS).await.expect("chosen");
    browser.press("Record").await;
    assert!(browser.has("//button[contains(., 'It is done')]").await);
    browser.close().await;
}
