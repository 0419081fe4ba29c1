//! Opening one TCP connection to one of several judged addresses.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::net::TcpStream;

use super::connector::ConnectError;

/// How long one address may keep the next waiting (RFC 8305, section 5).
const STAGGER: Duration = Duration::from_millis(250);

/// A name with more addresses than this is not dialled through: it would make this host a port scanner.
const MOST_DIALLED: usize = 6;

/// Connects to the first address that answers, trying both families in turn.
pub(super) async fn dial(addresses: Vec<SocketAddr>) -> Result<TcpStream, ConnectError> {
    let mut waiting = alternating(addresses).into_iter();
    let mut dialling = FuturesUnordered::new();
    let mut last = ConnectError::NoAddress;
    loop {
        match waiting.next() {
            Some(address) => dialling.push(connect(address)),
            None if dialling.is_empty() => return Err(last),
            None => {}
        }
        tokio::select! {
            Some(result) = dialling.next() => match result {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            },
            () = tokio::time::sleep(STAGGER), if waiting.len() > 0 => {}
        }
    }
}

async fn connect(address: SocketAddr) -> Result<TcpStream, ConnectError> {
    let stream = TcpStream::connect(address)
        .await
        .map_err(ConnectError::Dial)?;
    // A transparent proxy or a redirected socket would otherwise take the request elsewhere unnoticed.
    let peer = stream.peer_addr().map_err(ConnectError::Dial)?;
    if (peer.ip(), peer.port()) != (address.ip(), address.port()) {
        return Err(ConnectError::Dial(io::Error::other(
            "connected to another address than was dialled",
        )));
    }
    stream.set_nodelay(true).map_err(ConnectError::Dial)?;
    Ok(stream)
}

/// The resolver's order within each family, the families in turn, cut to what is dialled at most.
fn alternating(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|a| a.is_ipv6() == first_is_v6);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut order = Vec::with_capacity(MOST_DIALLED);
    while order.len() < MOST_DIALLED {
        let before = order.len();
        order.extend(first.next());
        order.extend(second.next());
        if order.len() == before {
            break;
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn families_take_turns_and_the_list_is_cut() {
        let parse = |texts: &[&str]| -> Vec<SocketAddr> {
            texts.iter().map(|t| t.parse().unwrap()).collect()
        };
        assert_eq!(
            alternating(parse(&[
                "[2000::1]:1",
                "[2000::2]:1",
                "[2000::3]:1",
                "1.1.1.1:1"
            ])),
            parse(&["[2000::1]:1", "1.1.1.1:1", "[2000::2]:1", "[2000::3]:1"])
        );
        assert_eq!(alternating(parse(&["1.1.1.1:1"; 20])).len(), 6);
        assert_eq!(alternating(Vec::new()), Vec::new());
    }

    #[tokio::test]
    async fn an_address_that_refuses_makes_way_for_the_next() {
        let open = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let closed = {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            listener.local_addr().unwrap()
        };
        let stream = dial(vec![closed, open.local_addr().unwrap()])
            .await
            .unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open.local_addr().unwrap());
        assert!(matches!(
            dial(vec![closed]).await,
            Err(ConnectError::Dial(_))
        ));
        assert!(matches!(
            dial(Vec::new()).await,
            Err(ConnectError::NoAddress)
        ));
    }
}
