//! What others record shows on a page that is open.

use std::time::Duration;

use crate::browser::Browser;
use crate::server::{INES, PASSWORD, Storage, TOMAS, Workplace};

/// Streams last longer than this: a server that waits for them does not end in time.
const END_WAIT: Duration = Duration::from_mins(2);

#[tokio::test]
async fn an_open_page_says_that_something_was_recorded_and_a_queue_renews_itself() {
    let workplace = Workplace::with_accounts(Storage::Sqlite).await;
    let server = workplace.serve();
    let (queue, other) = (Browser::new().await, Browser::new().await);
    queue.sign_in(&server.at("/sign-in"), INES, PASSWORD).await;
    queue.link("Decisions").await;
    other.sign_in(&server.at("/sign-in"), TOMAS, PASSWORD).await;
    other.link("Gaps").await;
    other.follow("//main//tbody//a").await;
    let gap = other.path().await;

    // Ines puts a question on another page of hers; the queue has it without being loaded again.
    let asking = Browser::new().await;
    asking.sign_in(&server.at("/sign-in"), INES, PASSWORD).await;
    asking.goto(&server.at("/decisions")).await;
    asking.find("main details summary").await.click().await.expect("opened");
    asking.field("What is asked").await.send_keys("May it send the mail?").await.expect("typed");
    asking.field("What the system proposes").await.send_keys("Send it.").await.expect("typed");
    let set = "document.querySelector('[name=deadline]').value = '2099-01-01T00:00'";
    asking.client.execute(set, Vec::new()).await.expect("set");
    asking.press("Put it").await;
    asking.close().await;
    queue.waits_for("//*[@data-live]//a[.='May it send the mail?']").await;
    queue.waits_for("//*[@id='live'][contains(., 'brought up to date')]").await;

    // A page with forms stays as it is, and says so.
    other.waits_for("//*[@id='live']/a[.='Load it again']").await;
    assert_eq!(other.path().await, gap);
    other.follow("//*[@id='live']/a").await;
    assert_eq!(other.path().await, gap);
    assert!(!other.has("//*[@id='live']/a").await);

    let ended = tokio::task::spawn_blocking(|| server.end());
    let ended = tokio::time::timeout(END_WAIT, ended).await;
    ended.expect("it does not wait for who looks on").expect("ended");
    queue.close().await;
    other.close().await;
}
