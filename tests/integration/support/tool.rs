//! Running the program.

use std::ffi::OsStr;
use std::io::{Read, Write as _};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// No run of any test takes a fraction of this; one that does hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// One run of `intercom-sec`, without the environment variables that it reads.
pub(crate) struct Tool {
    command: Command,
    stdin: Vec<u8>,
    stdout: Stdio,
}

impl Tool {
    pub(crate) fn new<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_intercom-sec"));
        command.args(arguments);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy().to_uppercase();
            if text.starts_with("INTERCOM_")
                || text.ends_with("_PROXY")
                || text.starts_with("GIT_")
                || text.starts_with("SSL_CERT_")
                || text == "REQUEST_METHOD"
                || text.contains("COLOR")
            {
                command.env_remove(name);
            }
        }
        // No directory can be made there: tests that do not ask for it remember nothing.
        command.env("INTERCOM_SEC_CACHE_DIR", "/dev/null/none");
        Self { command, stdin: Vec::new(), stdout: Stdio::piped() }
    }

    /// Runs the program with no more memory than this, in megabytes: one that wants more ends by a
    /// signal.
    pub(crate) fn within(mut self, megabytes: u64) -> Self {
        let mut limited = Command::new("sh");
        limited.args(["-c", "ulimit -v \"$0\" && exec \"$@\"", &(megabytes << 10).to_string()]);
        limited.arg(self.command.get_program()).args(self.command.get_args());
        for (name, value) in self.command.get_envs() {
            match value {
                Some(value) => limited.env(name, value),
                None => limited.env_remove(name),
            };
        }
        self.command = limited;
        self
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub(crate) fn dir(mut self, directory: impl AsRef<std::path::Path>) -> Self {
        self.command.current_dir(directory);
        self
    }

    pub(crate) fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Sends standard output elsewhere; the run then shows none.
    pub(crate) fn stdout(mut self, stdout: impl Into<Stdio>) -> Self {
        self.stdout = stdout.into();
        self
    }

    pub(crate) fn run(mut self) -> Run {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(self.stdout)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("piped");
        let input = std::mem::take(&mut self.stdin);
        // A program that needs no input may be gone before it was written.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let stdout = child.stdout.take().map(read_all);
        let stderr = child.stderr.take().map(read_all);
        let mut collect = |stream: Option<mpsc::Receiver<Vec<u8>>>| {
            stream.map(|stream| stream.recv_timeout(PATIENCE)).transpose().unwrap_or_else(|_| {
                let _ = child.kill();
                panic!("the program hangs");
            })
        };
        let stdout = collect(stdout).unwrap_or_default();
        let stderr = collect(stderr).unwrap_or_default();
        let status = child.wait().expect("the program ends");
        writer.join().expect("the writer ends");
        Run(Output { status, stdout, stderr })
    }
}

/// Reads a stream to its end, in a thread of its own.
fn read_all(mut stream: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

/// What a run left.
pub(crate) struct Run(Output);

impl Run {
    /// The exit status; a signal is a failure of the test.
    pub(crate) fn status(&self) -> i32 {
        self.0.status.code().unwrap_or_else(|| panic!("ended by a signal: {:?}", self.0))
    }

    pub(crate) fn stdout(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).expect("UTF-8 on standard output")
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).expect("UTF-8 on standard error")
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout()).unwrap_or_else(|error| {
            panic!("{error} in {:?}, standard error {:?}", self.stdout(), self.stderr())
        })
    }

    /// Asserts the exit status and shows both streams when it is another.
    #[track_caller]
    pub(crate) fn expect(self, status: i32) -> Self {
        assert_eq!(
            self.status(),
            status,
            "standard output: {}\nstandard error: {}",
            self.stdout(),
            self.stderr()
        );
        self
    }
}
