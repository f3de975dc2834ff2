//! One harness: a folder, the program run in it, and clients that speak to it over a socket.
//!
//! The clients are our own, for they must tell an answer that was torn from one that never came.

use crate::contract;
use crate::contract::Exchange;
use serde_json::Value;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::channel;
use std::time::Duration;
use tempfile::TempDir;

/// Nothing that is waited for takes longer, unless it is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder in which the program is run. What is kept, is kept in its default place there.
pub struct Desk {
    folder: TempDir,
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; -1 where a signal ended it.
    pub code: i32,
    /// What it printed.
    pub out: String,
    /// What it told: log, greeting, errors.
    pub err: String,
}

impl Desk {
    /// An empty folder.
    pub fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A file of the data directory.
    pub fn data(&self, name: &str) -> PathBuf {
        self.folder().join("commflow-data").join(name)
    }

    /// The file that holds everything.
    pub fn store(&self) -> PathBuf {
        self.data(commflow::store::FILE_NAME)
    }

    /// The program with these arguments; no setting of whoever runs the tests reaches it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_commflow"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("COMMFLOW_") {
                command.env_remove(name);
            }
        }
        command.args(arguments).current_dir(self.folder());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// The same, after this was said in a shell, such as `umask 000`.
    pub fn command_after(&self, shell: &str, arguments: &[&str]) -> Command {
        let program = self.command(&[]);
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{shell}; exec \"$0\" \"$@\"")]).arg(program.get_program()).args(arguments);
        for (name, _) in program.get_envs() {
            command.env_remove(name);
        }
        command.current_dir(self.folder()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, "")
    }

    /// As [`Desk::run`], with this on standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Ended {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        // A program that ends without reading closes the pipe: its own matter.
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        let output = child.wait_with_output().unwrap();
        Ended {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// A new admin; what key create prints, without its line's end.
    pub fn admin_key(&self) -> String {
        self.run(&["user", "create", "--email", "ada@company.com", "--name", "Ada", "--role", "admin"]).fine();
        self.run(&["key", "create", "--user", "ada@company.com"]).fine().out.trim_end().to_owned()
    }

    /// A server on a free port, with these flags.
    pub fn serve(&self, flags: &[&str]) -> Served {
        let mut arguments = vec!["serve", "--listen", "127.0.0.1:0"];
        arguments.extend(flags);
        Served::start(self.command(&arguments))
    }

    /// The store is whole, as the program itself sees it.
    pub fn assert_whole(&self) {
        assert_eq!(self.run(&["check", "--full", "--json"]).fine().out, "[]\n");
    }
}

impl Ended {
    /// The run, which must have gone well.
    pub fn fine(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// The run, which must have ended with this code, and told why.
    pub fn failed(self, code: i32, why: &str) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.err.contains(why), "{why:?} is not told: {self:?}");
        self
    }
}

/// A server that runs. It is killed when the test lets go of it.
pub struct Served {
    /// Where it answers.
    pub address: SocketAddr,
    /// What it said until it answered.
    pub greeting: Vec<String>,
    child: Mutex<Child>,
    lines: Mutex<Receiver<String>>,
}

impl Served {
    /// Starts the program, and waits until it says where it answers.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let (line, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|text| line.send(text)));
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut served =
            Self { address: nowhere, greeting: Vec::new(), child: Mutex::new(child), lines: Mutex::new(lines) };
        loop {
            let Ok(line) = served.line() else { panic!("no server: {:?}", served.greeting) };
            if let Some((_, rest)) = line.split_once("answers on http://") {
                served.address = rest.split(',').next().unwrap().parse().unwrap();
            }
            served.greeting.push(line);
            if served.greeting.last().is_some_and(|line| line.starts_with("Ctrl-C")) {
                return served;
            }
        }
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child().id()
    }

    fn line(&self) -> Result<String, RecvTimeoutError> {
        self.lines.lock().unwrap().recv_timeout(PATIENCE)
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap()
    }

    /// kill -9. From any thread, and with nothing in between.
    pub fn kill(&self) {
        self.child().kill().unwrap();
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.id())]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until the process is gone; how it ended, and what it said since the greeting.
    pub fn ended(self) -> (ExitStatus, Vec<String>) {
        let mut said = Vec::new();
        loop {
            match self.line() {
                Ok(line) => said.push(line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(timeout) => panic!("it does not end ({timeout}): {said:?}"),
            }
        }
        let status = self.child().wait().unwrap();
        (status, said)
    }

    /// SIGTERM, and all the way down.
    pub fn stop(self) -> Vec<String> {
        self.signal("TERM");
        let (status, said) = self.ended();
        assert_eq!(status.code(), Some(0), "{said:?}");
        said
    }

    /// A caller with this key; an empty one: without.
    pub fn client(&self, key: &str) -> Client {
        Client { address: self.address, key: key.to_owned(), connection: None }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        drop(child.kill());
        drop(child.wait());
    }
}

/// Somebody who calls the API over one connection at a time.
pub struct Client {
    address: SocketAddr,
    key: String,
    connection: Option<TcpStream>,
}

/// What became of a request.
pub enum Outcome {
    /// It was answered in full.
    Answered(Answer),
    /// Not a byte came back.
    Unanswered,
    /// The answer began, and did not end.
    Torn(Vec<u8>),
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    head: String,
    /// The body as JSON; null if it is none.
    pub body: Value,
}

impl Answer {
    /// A header's value; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value).next().unwrap_or("")
    }

    /// `data`, where the status must be this.
    pub fn data(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        self.body["data"].clone()
    }
}

impl Client {
    /// Sends a request, and takes what comes.
    pub fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Outcome {
        let sent = body;
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: desk\r\nContent-Length: {}\r\n", body.len());
        if !self.key.is_empty() {
            request += &format!("Authorization: Bearer {}\r\n", self.key);
        }
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += "Content-Type: application/json\r\n\r\n";
        request += &body;
        let mut connection = match self.connection.take().map_or_else(|| TcpStream::connect(self.address), Ok) {
            Ok(connection) => connection,
            Err(_) => return Outcome::Unanswered,
        };
        connection.set_nodelay(true).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        // Where this fails, reading tells the same.
        drop(connection.write_all(request.as_bytes()));
        let outcome = receive(&mut connection);
        if let Outcome::Answered(answer) = &outcome {
            let header = |name: &str| Some(answer.header(name).to_owned()).filter(|value| !value.is_empty());
            let path = path.split('?').next().unwrap_or_default();
            let (status, body) = (answer.status, &answer.body);
            contract::hold(&Exchange { method, path, sent, status, header: &header, body });
        }
        if let Outcome::Answered(answer) = &outcome
            && !answer.header("connection").eq_ignore_ascii_case("close")
        {
            self.connection = Some(connection);
        }
        outcome
    }

    /// A request that must be answered.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
        match self.ask(method, path, headers, body) {
            Outcome::Answered(answer) => answer,
            Outcome::Unanswered => panic!("{method} {path} was not answered"),
            Outcome::Torn(bytes) => panic!("{method} {path}: torn after {} bytes", bytes.len()),
        }
    }

    /// GET.
    pub fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], None)
    }

    /// POST.
    pub fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[], Some(body))
    }
}

fn receive(connection: &mut TcpStream) -> Outcome {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        if let Some(answer) = whole(&bytes) {
            return Outcome::Answered(answer);
        }
        match connection.read(&mut buffer) {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ if bytes.is_empty() => return Outcome::Unanswered,
            _ => return Outcome::Torn(bytes),
        }
    }
}

/// The answer, if these bytes are all of it.
fn whole(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let mut answer = Answer { status, head, body: Value::Null };
    let length: usize = answer.header("content-length").parse().unwrap_or(0);
    let body = &bytes[end + 4..];
    if body.len() < length {
        return None;
    }
    answer.body = serde_json::from_slice(body).unwrap_or(Value::Null);
    Some(answer)
}
