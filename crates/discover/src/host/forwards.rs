//! Ports of the machine that an engine passes on into a container.
//!
//! Docker starts a `docker-proxy` for each published port, whose command line says from where to
//! where. The process behind it is the one that listens at that port in the network that has that
//! address. An engine that forwards in the kernel alone leaves no such trace, and then nothing is
//! said.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use super::processes::{Listener, Process, sockets, table};
use super::{Reader, bytes};
use crate::find::servers;

/// The largest table of routes.
const ROUTES_BYTES_MAX: u64 = 4 << 20;

/// A port of the machine, and where it leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Forward {
    from: SocketAddr,
    to: SocketAddr,
}

/// Gives the processes in containers the ports of the machine that lead to them. `owned` learns
/// whose ports are known by it.
pub(super) fn resolve(
    reader: &Reader<'_>,
    processes: &mut [Process],
    listeners: &[Listener],
    owned: &mut BTreeSet<u64>,
) {
    let forwards: Vec<Forward> =
        processes.iter().filter_map(|process| forward(&process.words)).collect();
    if forwards.is_empty() {
        return;
    }
    for process in processes.iter_mut().filter(|process| process.container.is_some()) {
        let Some(open) = &mut process.listening else { continue };
        let folder = reader.at("/proc").join(process.pid.to_string());
        let ports = ports(&folder);
        for forward in forwards.iter().filter(|forward| ports.contains(&forward.to.port())) {
            if has_address(&folder, forward.to.ip()) {
                open.push(forward.from);
                let same = listeners.iter().filter(|(_, address)| *address == forward.from);
                owned.extend(same.map(|(inode, _)| *inode));
            }
        }
    }
}

fn forward(words: &[String]) -> Option<Forward> {
    let (first, rest) = words.split_first()?;
    let value = |name: &str| {
        let at = rest.iter().position(|word| word == name)?;
        rest.get(at + 1)
    };
    let address = |ip: &str, port: &str| -> Option<SocketAddr> {
        Some(SocketAddr::new(value(ip)?.parse().ok()?, value(port)?.parse().ok()?))
    };
    (servers::base(first) == "docker-proxy" && value("-proto")? == "tcp").then_some(())?;
    let from = address("-host-ip", "-host-port")?;
    Some(Forward { from, to: address("-container-ip", "-container-port")? })
}

/// The ports at which a process listens in its own network, beyond that network's loopback.
fn ports(folder: &Path) -> BTreeSet<u16> {
    let own = sockets(&folder.join("fd")).unwrap_or_default();
    let tables = ["net/tcp", "net/tcp6"].map(|name| table(&folder.join(name)).unwrap_or_default());
    let open = tables.into_iter().flatten().filter(|(inode, address)| {
        own.contains(inode) && !address.ip().to_canonical().is_loopback()
    });
    open.map(|(_, address)| address.port()).collect()
}

/// Whether the network of a process has an address: the kernel's routes name it, and say in the
/// line below that it is local.
fn has_address(folder: &Path, ip: IpAddr) -> bool {
    let routes = bytes(&folder.join("net/fib_trie"), ROUTES_BYTES_MAX).unwrap_or_default();
    let routes = String::from_utf8_lossy(&routes);
    let wanted = format!("|-- {ip}");
    let lines = routes.lines().zip(routes.lines().skip(1));
    lines.into_iter().any(|(line, below)| {
        line.trim_start() == wanted && below.trim_start().starts_with("/32 host LOCAL")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_says_from_where_to_where() {
        let told = |line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            forward(&words).map(|forward| (forward.from.to_string(), forward.to.to_string()))
        };
        let line = "/usr/bin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8000 \
                    -container-ip 172.17.0.2 -container-port 80 -use-listen-fd";
        assert_eq!(told(line), Some(("0.0.0.0:8000".to_owned(), "172.17.0.2:80".to_owned())));
        for other in [
            line.replace("tcp", "udp"),
            line.replace("docker-proxy", "x"),
            line.replace("-host-port", "-p"),
        ] {
            assert_eq!(told(&other), None, "{other}");
        }
    }
}
