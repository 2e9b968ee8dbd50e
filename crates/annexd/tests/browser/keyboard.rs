//! The same with a keyboard alone: Tab, Enter and letters.

use fantoccini::key::Key;

use crate::browser::{Browser, VIEWS};
use crate::server::{INES, PASSWORD, Storage, TOMAS, Workplace};

#[tokio::test]
async fn a_gap_is_assigned_without_a_mouse() {
    let workplace = Workplace::with_accounts(Storage::Sqlite).await;
    let server = workplace.serve();
    let browser = Browser::new().await;
    browser.goto(&server.at("/sign-in")).await;
    // The first field has the focus already.
    browser.keys(INES).await;
    browser.keys(&Key::Tab.to_string()).await;
    browser.keys(PASSWORD).await;
    browser.enter().await;
    assert_eq!(browser.path().await, "/", "{}", browser.text().await);
    browser.tab_to("a[href='/gaps']").await;
    browser.enter().await;
    assert_eq!(browser.path().await, "/gaps");
    browser.tab_to("main tbody a").await;
    browser.enter().await;
    assert!(browser.path().await.starts_with("/gaps/"));
    browser.tab_to("select[name=owner]").await;
    browser.keys("Tomas").await;
    browser.tab_to("textarea[name=plan]").await;
    browser.keys("By keyboard alone").await;
    browser.tab_to("form[action$=assign] button").await;
    browser.enter().await;
    let text = browser.text().await;
    assert!(text.contains("By keyboard alone") && text.contains(TOMAS), "{text}");
    browser.close().await;
}

#[tokio::test]
async fn the_menu_of_a_phone_opens_and_closes_by_keyboard() {
    let workplace = Workplace::with_accounts(Storage::Sqlite).await;
    let server = workplace.serve();
    let browser = Browser::new().await;
    browser.look(VIEWS[2]).await;
    browser.sign_in(&server.at("/sign-in"), INES, PASSWORD).await;
    let shown = || async { browser.find(".places").await.is_displayed().await.expect("an answer") };
    assert!(!shown().await);
    browser.tab_to("button.menu").await;
    browser.keys(&Key::Enter.to_string()).await;
    assert!(shown().await);
    browser.tab_to(".places a[href='/requests']").await;
    browser.keys(&Key::Escape.to_string()).await;
    assert!(!shown().await);
    browser.tab_to("button.menu").await;
    browser.keys(&Key::Enter.to_string()).await;
    browser.tab_to(".places a[href='/requests']").await;
    browser.enter().await;
    assert_eq!(browser.path().await, "/requests");
    browser.close().await;
}
