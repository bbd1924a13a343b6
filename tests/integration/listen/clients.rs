//! Real clients and a real target: curl, Node's fetch, Node's HTTP server.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use crate::support::listener::{Listener, SECRET, notification, signature};

/// Runs a program that may be absent on this machine, with this input; none when it is.
fn run(program: &str, arguments: &[&str], input: &[u8]) -> Option<String> {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn();
    let Ok(mut child) = child else {
        skip(program);
        return None;
    };
    // A client that is refused early does not read it all.
    let _ = child.stdin.take().expect("piped").write_all(input);
    let output = child.wait_with_output().expect("it ends");
    Some(String::from_utf8(output.stdout).expect("text"))
}

#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
fn skip(program: &str) {
    eprintln!("SKIPPED, {program} is not installed: a test with a real client");
}

#[test]
fn curl_gets_its_answers() {
    let listener = Listener::start(["--max-body", "1MiB"]);
    let (url, body) = (listener.url(), notification("notif_1"));
    let signed = format!("X-Hub-Signature: {}", signature(&body));
    let show = ["-sS", "-m", "50", "-w", "\n%{http_code}"];
    let post = [&show[..], &["-H", &signed, "--data-binary", "@-", &url]].concat();
    let Some(answer) = run("curl", &post, &body) else { return };
    assert_eq!(answer, "{\"received\":true}\n200");
    assert_eq!(
        run("curl", &[&show[..], &["-I", &url]].concat(), b"")
            .expect("curl")
            .trim_end()
            .lines()
            .last(),
        Some("200")
    );
    let answer = run("curl", &post, b"{}").expect("curl");
    assert!(answer.contains("signature-mismatch") && answer.ends_with("\n401"), "{answer}");
    // With and without `Expect: 100-continue`, which curl sends before long bodies.
    for expect in ["X-Other: 1", "Expect:"] {
        let long = [&post[..], &["-H", expect]].concat();
        let answer = run("curl", &long, &vec![b'x'; 64 << 20]).expect("curl");
        assert!(answer.contains("body-too-long") && answer.ends_with("\n413"), "{answer}");
    }
    assert_eq!(run("curl", &post, &body).expect("curl"), "{\"received\":true}\n200");
}

#[test]
fn the_fetch_of_node_gets_its_answers() {
    let listener = Listener::start(["--max-body", "1MiB"]);
    let body = notification("notif_1");
    let script = r"
        const [url, signature, body] = process.argv.slice(1);
        const post = async (headers, body) => {
            const answer = await fetch(url, { method: 'POST', headers, body });
            return answer.status + ' ' + JSON.stringify(await answer.json());
        };
        const told = [
            await post({ 'x-hub-signature': signature, 'content-type': 'application/json' }, body),
            await post({}, body),
            await post({ 'x-hub-signature': signature }, JSON.stringify(JSON.parse(body), null, 1)),
            await post({ 'x-hub-signature': signature }, 'x'.repeat(3 << 20)),
            (await fetch(url, { method: 'HEAD' })).status,
        ];
        console.log(told.join('\n'));
    ";
    let body = String::from_utf8(body).expect("text");
    let arguments = [
        "--input-type=module",
        "-e",
        script,
        "--",
        &listener.url(),
        &signature(body.as_bytes()),
        &body,
    ];
    let Some(told) = run("node", &arguments, b"") else { return };
    let told: Vec<_> = told.lines().collect();
    let starts = [
        "200 {\"received\":true}",
        "401 {\"received\":false,\"error\":{\"code\":\"signature-missing\"",
        "401 {\"received\":false,\"error\":{\"code\":\"signature-mismatch\"",
        "413 {\"received\":false,\"error\":{\"code\":\"body-too-long\"",
        "200",
    ];
    assert_eq!(told.len(), starts.len(), "{told:?}");
    for (told, start) in told.iter().zip(starts) {
        assert!(told.starts_with(start), "{told}");
    }
}

/// A handler as an application has it, which verifies the raw body itself.
const HANDLER: &str = r"
    const http = require('node:http'), crypto = require('node:crypto');
    http.createServer((request, answer) => {
        const pieces = [];
        request.on('data', (piece) => pieces.push(piece)).on('end', () => {
            const mac = crypto.createHmac('sha1', process.argv[1]).update(Buffer.concat(pieces));
            const is_right = request.headers['x-hub-signature'] === 'sha1=' + mac.digest('hex');
            answer.writeHead(is_right ? 200 : 401, { 'content-type': 'application/json' });
            answer.end(JSON.stringify({ received: is_right }));
        });
    }).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
";

struct Node(Child);

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_handler_of_node_that_verifies_takes_what_is_forwarded() {
    let child = Command::new("node")
        .args(["-e", HANDLER, "--", SECRET])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(child) = child else { return skip("node") };
    let mut node = Node(child);
    let mut port = String::new();
    let stdout = node.0.stdout.take().expect("piped");
    BufReader::new(stdout).read_line(&mut port).expect("a port");
    let url = format!("http://localhost:{}/webhooks", port.trim());
    let listener = Listener::start(["--forward-to", &url, "--exit-after", "2"]);
    let long = [br#"{"topic":"ping","text":""#.as_slice(), &[0xc3, 0xa9].repeat(300_000), b"\"}\n"]
        .concat();
    assert_eq!(listener.deliver(&notification("notif_1")).status, 200);
    assert_eq!(listener.deliver(&long).status, 200);
    let (status, records, _) = listener.wait();
    assert_eq!(status, Some(0), "{records:?}");
    assert_eq!(records.last().expect("a summary")["forwarded"], 2);
}
