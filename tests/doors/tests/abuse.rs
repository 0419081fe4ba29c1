//! Doors under abuse: what it costs in memory, and what the good client notices. Times are compared with times of the same
//! run, never with a clock on the wall alone, since the machine may be busy.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use webhook_doors::abuse::{deliver, head, median, open, resident};
use webhook_doors::routes::{LIMIT, at_default_limits, routes};
use webhook_doors::servers::SERVERS;
use webhook_doors::wire;
use webhook_tower::{Budget, Intake};
use webhook_verify::GitHub;

const MIB: usize = 1024 * 1024;

/// Each test has the process, and so its memory and its time, to itself.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[test]
fn five_hundred_dribbled_bodies_are_gone_in_seconds_and_the_good_client_hardly_notices() {
    let _alone = alone();
    for (name, start) in SERVERS {
        let server = start(routes());
        let idle = median(server, "/github", 20);
        let request = format!("{}content-length: 1000\r\n\r\n", head("/github", b"x"));
        let began = Instant::now();
        let mut slow: Vec<TcpStream> = (0..500).map(|_| open(server, request.as_bytes())).collect();
        let mut during = Duration::ZERO;
        for _ in 0..3 {
            for stream in &mut slow {
                // Some may be gone by now, on a slow machine.
                let _ = stream.write_all(b"x");
            }
            during = during.max(median(server, "/github", 10));
            std::thread::sleep(Duration::from_millis(400));
        }
        for stream in &mut slow {
            let answer = wire::read(stream, Duration::from_secs(20));
            assert_eq!((answer.status, answer.closed), (408, true), "{name}");
        }
        let gone = began.elapsed();
        println!(
            "{name}: gone after {gone:?}; median {idle:?} idle, {during:?} beside 500 of them"
        );
        assert!(gone >= Duration::from_secs(2), "{name}: {gone:?}");
        assert!(gone < Duration::from_secs(11), "{name}: {gone:?}");
        assert!(during < idle * 10 + Duration::from_millis(20), "{name}");
    }
}

#[test]
fn ten_gibibytes_that_are_announced_are_refused_unread() {
    let _alone = alone();
    for (name, start) in SERVERS {
        let server = start(routes());
        let head = head("/github", b"x");
        let request = format!("{head}content-length: 10737418240\r\n\r\n");
        let answer = wire::exchange(server, request.as_bytes(), Duration::from_secs(10));
        assert_eq!(answer.status, 413, "{name}");
    }
}

#[test]
fn ten_gibibytes_that_are_streamed_are_cut_off_at_the_limit() {
    let _alone = alone();
    for (name, start) in SERVERS {
        let server = start(routes());
        let _ = deliver(server, "/github", b"warm");
        let before = resident();
        let request = format!(
            "{}transfer-encoding: chunked\r\n\r\n",
            head("/github", b"x")
        );
        let mut stream = open(server, request.as_bytes());
        stream
            .set_write_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        let mut chunk = b"10000\r\n".to_vec();
        chunk.resize(7 + 0x10000, b'x');
        chunk.extend_from_slice(b"\r\n");
        let began = Instant::now();
        let mut sent = 0_u64;
        let mut most = before;
        while sent < 10 * 1024 * 1024 * 1024 && stream.write_all(&chunk).is_ok() {
            sent += 0x10000;
            most = most.max(resident());
        }
        let grown = most.saturating_sub(before);
        println!("{name}: cut off after {sent} bytes; {grown} bytes of memory");
        // hyper closes at once, and what is over the limit lay in the sockets' buffers. actix-web reads and forgets for a
        // second, so that its answer is not lost.
        match name.starts_with("actix") {
            true => assert!(began.elapsed() < Duration::from_secs(10), "{name}"),
            false => assert!(sent < 16 * 1024 * 1024, "{name}: {sent}"),
        }
        assert!(grown < 2 * LIMIT + 4 * MIB, "{name}: {grown}");
        assert_eq!(deliver(server, "/github", b"well").0.status, 200, "{name}");
    }
}

#[test]
fn a_gzip_bomb_costs_no_more_than_what_it_may_become() {
    let _alone = alone();
    // A gigabyte of zeros in a megabyte.
    let bomb = bomb();
    for (name, start) in SERVERS {
        let server = start(vec![at_default_limits(
            "/inflated",
            GitHub::SCHEME,
            Intake::new().inflate(MIB),
        )]);
        let _ = deliver(server, "/inflated", b"warm");
        let mut request = head("/inflated", &bomb).into_bytes();
        request.extend_from_slice(
            format!(
                "content-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
                bomb.len()
            )
            .as_bytes(),
        );
        request.extend_from_slice(&bomb);
        let before = resident();
        let answer = wire::exchange(server, &request, Duration::from_secs(10));
        let grown = resident().saturating_sub(before);
        println!(
            "{name}: {} bytes of bomb, {grown} bytes of memory",
            bomb.len()
        );
        assert_eq!((answer.status, answer.body.len()), (413, 0), "{name}");
        assert!(grown < bomb.len() * 3 + 4 * MIB, "{name}: {grown}");
    }
}

/// The beginning of a gigabyte of zeros, as gzip packs it.
fn bomb() -> Vec<u8> {
    use std::process::Command;
    let made = Command::new("sh")
        .args([
            "-c",
            "head -c 1000000000 /dev/zero | gzip -1 -n | head -c 1040000",
        ])
        .output()
        .unwrap();
    assert!(made.stdout.len() > 900_000, "{}", made.stdout.len());
    made.stdout
}

#[test]
fn a_million_chunks_of_one_byte_are_given_up_after_two_thousand() {
    let _alone = alone();
    for (name, start) in SERVERS {
        let server = start(vec![at_default_limits(
            "/github",
            GitHub::SCHEME,
            Intake::new(),
        )]);
        let mut stream = open(
            server,
            format!(
                "{}transfer-encoding: chunked\r\n\r\n",
                head("/github", b"x")
            )
            .as_bytes(),
        );
        let chunks = b"1\r\nx\r\n".repeat(1_000_000);
        let began = Instant::now();
        let _ = stream.write_all(&chunks);
        let answer = wire::read(&mut stream, Duration::from_secs(20));
        println!("{name}: {} after {:?}", answer.status, began.elapsed());
        // The answer may be lost when the server resets a connection that is still being written to.
        assert!(
            matches!(answer.status, 413 | 0),
            "{name}: {}",
            answer.status
        );
        assert!(answer.closed, "{name}");
        assert_eq!(deliver(server, "/github", b"well").0.status, 200, "{name}");
    }
}

#[test]
fn two_thousand_slow_posters_are_turned_away_when_the_budget_is_spent() {
    const POSTERS: usize = 2_000;
    let _alone = alone();
    for (name, start) in SERVERS {
        let budget = Budget::new(32 * MIB);
        let eight = Duration::from_secs(8);
        let server = start(vec![at_default_limits(
            "/github",
            GitHub::SCHEME,
            Intake::new()
                .budget(&budget)
                .minimum_rate(0, eight)
                .body_deadline(eight)
                .answer_within(eight),
        )]);
        let idle = median(server, "/github", 20);
        let request = format!("{}content-length: 65536\r\n\r\n", head("/github", b"x"));
        // What the connections alone cost, before there is a body.
        let before = resident();
        let silent: Vec<TcpStream> = (0..POSTERS)
            .map(|_| open(server, request.as_bytes()))
            .collect();
        std::thread::sleep(Duration::from_millis(500));
        let connections = resident().saturating_sub(before);
        drop(silent);
        std::thread::sleep(Duration::from_millis(500));

        // 2,000 times 60 KiB are nearly four times the budget.
        let part = vec![b'x'; 60 * 1024];
        let request = [request.as_bytes(), &part].concat();
        let mut most_spent = 0;
        let mut most_resident = 0;
        let mut look = || {
            most_spent = most_spent.max(budget.spent());
            most_resident = most_resident.max(resident());
        };
        let mut posters = Vec::new();
        for _ in 0..POSTERS {
            let mut poster = TcpStream::connect(server).unwrap();
            poster
                .set_write_timeout(Some(Duration::from_secs(5)))
                .unwrap();
            let _ = poster.write_all(&request);
            posters.push(poster);
            look();
        }
        for _ in 0..50 {
            std::thread::sleep(Duration::from_millis(20));
            look();
        }
        let refused = deliver(server, "/github", &part).0.status;
        let mut statuses = [0_usize; 2];
        for poster in &mut posters {
            match wire::read(poster, Duration::from_secs(20)).status {
                408 => statuses[0] += 1,
                503 | 0 => statuses[1] += 1,
                other => panic!("{name}: {other}"),
            }
        }
        let grown = most_resident.saturating_sub(before + connections);
        let after = median(server, "/github", 20);
        println!(
            "{name}: {most_spent} bytes of budget, {grown} of memory beside {connections} for connections; late and turned away {statuses:?}; the good client \
             {refused} then, {idle:?} before and {after:?} after"
        );
        assert!(most_spent <= 32 * MIB, "{name}: {most_spent}");
        assert!(most_spent > 24 * MIB, "{name}: {most_spent}");
        // What is counted is bodies. The servers' own buffers and what the allocator keeps of buffers that grew come on top;
        // actix-web's server reads ahead for each connection before a service is asked.
        let times = if name.starts_with("actix") { 5 } else { 3 };
        assert!(grown < times * 32 * MIB, "{name}: {grown}");
        assert!(statuses[1] > POSTERS / 2, "{name}: {statuses:?}");
        assert_eq!(budget.spent(), 0, "{name}");
        assert!(after < idle * 10 + Duration::from_millis(20), "{name}");
    }
}

#[test]
fn silent_connections_and_dribbled_heads_are_closed_by_servers_that_have_a_limit_for_them() {
    let _alone = alone();
    let (name, start) = SERVERS[1];
    assert!(name.contains("our server"));
    let server = start(routes());
    let beginnings: [&[u8]; 4] = [
        b"",
        b"P",
        b"PRI * HTTP/2.0\r\n",
        b"POST / HTTP/1.1\r\nx-a: ",
    ];
    let mut open: Vec<TcpStream> = beginnings
        .iter()
        .map(|beginning| open(server, beginning))
        .collect();
    let began = Instant::now();
    for stream in &mut open {
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let mut byte = [0; 512];
        while stream.read(&mut byte).is_ok_and(|read| read > 0) {}
    }
    let gone = began.elapsed();
    assert!(gone >= Duration::from_secs(9), "{gone:?}");
    assert!(gone < Duration::from_secs(15), "{gone:?}");
}
