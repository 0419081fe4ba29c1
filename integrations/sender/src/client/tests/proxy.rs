use std::process::Command;

use super::servers::Server;
use super::*;

const TARGET: &str = "WEBHOOK_SENDER_TEST_TARGET";
const CHILD: &str = "client::tests::proxy::child_process_that_delivers_once";

/// Does nothing unless the test below started this process for it: environment variables belong to a whole process.
#[tokio::test]
async fn child_process_that_delivers_once() {
    if let Ok(target) = std::env::var(TARGET) {
        assert_eq!(
            post(&local(), &target, LONG).await.unwrap().status.as_u16(),
            200
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proxy_variables_of_the_environment_are_not_used() {
    let proxy = Server::answering(OK).await;
    let server = Server::answering(OK).await;
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", CHILD]).env(TARGET, server.url());
    for name in [
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ] {
        child.env(name, format!("http://{}", proxy.address));
    }
    for name in ["NO_PROXY", "no_proxy"] {
        child.env_remove(name);
    }
    let output = tokio::task::spawn_blocking(move || child.output().unwrap())
        .await
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert_eq!((server.connections(), proxy.connections()), (1, 0));
}
