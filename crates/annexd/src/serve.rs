//! The socket: from the first request to the last.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use annex_machine::environment;
use annex_notify::Notifier;
use annex_operations::{OperationError, Operations};
use annex_web::{SignInBy, Site};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::args::ServeArgs;

/// Who asks for `/metrics` from elsewhere has to know it.
const METRICS_TOKEN: &str = "ANNEX_METRICS_TOKEN";

/// An organisation, and what is done for it besides answering.
pub(crate) struct Served {
    pub(crate) operations: Operations<'static>,
    pub(crate) provider: Option<SignInBy>,
    pub(crate) notifier: Option<Notifier>,
}

/// Serves until it is told to end, and then answers what was asked.
pub(crate) async fn serve(all: Vec<Served>, arguments: &ServeArgs) -> Result<(), OperationError> {
    let listen = arguments.listen;
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(|error| {
        OperationError::Input(format!(
            "cannot listen on {listen} ({error}); --listen names another address"
        ))
    })?;
    let address = listener.local_addr().map_err(|error| failed("tell the address", &error))?;
    if !address.ip().is_loopback() {
        tracing::warn!("{address} is reached from other machines; put TLS before it");
    }
    let url = format!("http://{}", reachable(address));
    tracing::info!("listening on {url}");
    let token = environment(METRICS_TOKEN);
    let (stop, stopped) = watch::channel(false);
    let mut telling = JoinSet::new();
    let mut sites = Vec::with_capacity(all.len());
    for Served { operations, provider, notifier } in all {
        let site = Site::new(operations).with_metrics_token(token.as_deref());
        let site = Arc::new(site.with_provider(provider));
        if let Some(notifier) = notifier {
            let (site, stopped) = (Arc::clone(&site), stopped.clone());
            telling.spawn(async move { notifier.run(site.operations(), stopped).await });
        }
        sites.push(site);
    }
    let service =
        annex_web::installation(&sites).into_make_service_with_connect_info::<SocketAddr>();
    if arguments.open
        && let Err(error) = open::that_detached(&url)
    {
        tracing::warn!("no browser could be opened ({error}); open {url} yourself");
    }
    axum::serve(listener, service)
        .with_graceful_shutdown({
            let sites = sites.clone();
            async move {
                told_to_end().await;
                for site in &sites {
                    site.end_streams();
                }
            }
        })
        .await
        .map_err(|error| failed("serve", &error))?;
    tracing::info!("every request is answered; closing the register");
    // What is being told is told to its end, so that it is not told once more.
    stop.send_replace(true);
    while let Some(ended) = telling.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "what tells notices ended before its time");
        }
    }
    for site in sites {
        if let Ok(site) = Arc::try_unwrap(site) {
            site.into_operations().close().await?;
        } else {
            // What was acknowledged is on disk; closing only tidies up after it.
            tracing::warn!("an assessment is still being made; it is left");
        }
    }
    Ok(())
}

/// An address that a browser on this machine can open.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn failed(what: &str, error: &std::io::Error) -> OperationError {
    OperationError::Internal(format!("cannot {what}: {error}"))
}

/// Waits for SIGINT or SIGTERM.
async fn told_to_end() {
    let interrupt = async { drop(tokio::signal::ctrl_c().await) };
    #[cfg(unix)]
    let terminate = async {
        if let Ok(mut signal) =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        {
            signal.recv().await;
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interface_is_reached_on_this_machine() {
        for (listens, opens) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("192.0.2.1:8600", "192.0.2.1:8600"),
        ] {
            let listens = listens.parse().expect("an address");
            assert_eq!(reachable(listens).to_string(), opens);
        }
    }
}
