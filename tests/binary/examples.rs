//! A reader who types what a text says, block by block, and compares what comes with what is shown.
//!
//! Blocks of `sh`, `python` and `javascript` are run in their order, in one folder, against one server. A block of `json`,
//! `http` or `text` right behind one is what it answers: the last answers, the last response, all lines. In what is shown `…`
//! stands for anything, a time of 2026-01-15 for any time, and `cf_your_…` and `whsec_your_…` for what is used from then on.
//!
//! A word behind the language says more: `stays` (a program that runs on), `stopped` (the server is stopped first), `verify` (a
//! function, which is tried with real deliveries), `illustration` (nothing is run, nothing compared).

use crate::harness::Desk;
use crate::harness::Served;
use crate::shown;
use crate::shown::Names;
use crate::strangers;
use commflow::api::docs::guides;
use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

const PATIENCE: Duration = Duration::from_secs(60);
/// The port at which receivers listen in the texts.
const PORT: &str = "3000";

/// A fenced block of a text.
#[derive(Debug, Clone)]
pub struct Block {
    /// What it is written in.
    pub language: String,
    /// The word behind it.
    pub note: String,
    /// What stands in it.
    pub code: String,
}

impl Block {
    fn is_run(&self) -> bool {
        ["sh", "python", "javascript"].contains(&self.language.as_str()) && self.note != "verify"
    }

    fn is_answer(&self) -> bool {
        ["json", "http", "text"].contains(&self.language.as_str()) && self.note != "illustration"
    }
}

/// The fenced blocks of a text.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if let Some(info) = line.strip_prefix("```") {
            inside = !inside;
            if inside {
                let (language, note) = info.split_once(' ').unwrap_or((info, ""));
                blocks.push(Block { language: language.to_owned(), note: note.to_owned(), code: String::new() });
            }
        } else if inside {
            let block = blocks.last_mut().unwrap();
            block.code += line;
            block.code.push('\n');
        }
    }
    assert!(!inside, "a block has no end");
    blocks
}

/// Somebody who follows a text.
pub struct Reader {
    desk: Desk,
    served: Option<Served>,
    names: Names,
    staying: Vec<Staying>,
}

impl Reader {
    /// With a server and a key, unless the text begins with making them.
    pub fn of(text: &str) -> Self {
        let desk = Desk::new();
        let mut names = Names::default();
        names.bind(PORT, &free_port().to_string());
        let served = if text.contains("```sh stays\ncommflow serve\n") {
            names.bind(guides::BASE, &format!("http://127.0.0.1:{}", free_port()));
            None
        } else {
            desk.run(&["user", "create", "--email", "you@example.com", "--name", "Your Name", "--role", "admin"])
                .fine();
            let key = desk.run(&["key", "create", "--user", "you@example.com"]).fine().out;
            names.bind(guides::KEY, key.trim_end());
            let served = desk.serve(&[]);
            names.bind(guides::BASE, &format!("http://{}", served.address));
            Some(served)
        };
        Self { desk, served, names, staying: Vec::new() }
    }

    /// Does all that the text says.
    pub fn follow(&mut self, text: &str) {
        let blocks = blocks(text);
        for (at, block) in blocks.iter().enumerate() {
            let answer = blocks.get(at + 1).filter(|next| next.is_answer());
            if block.is_answer() {
                assert!(at > 0 && blocks[at - 1].is_run(), "nothing answers this: {}", block.code);
            } else if block.is_run() && block.note == "stays" {
                self.start(block, answer);
            } else if block.is_run() {
                if block.note == "stopped" {
                    self.served.take().unwrap().stop();
                }
                let output = self.run(block);
                if let Some(answer) = answer {
                    self.compare(block, answer, &output);
                }
            }
        }
        self.staying.iter().for_each(|one| one.await_lines(one.shown.len()));
    }

    fn run(&self, block: &Block) -> String {
        let output = self.program(block, "").output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}\n{text}\n{told}", block.code);
        text
    }

    fn compare(&mut self, block: &Block, answer: &Block, output: &str) {
        let expected = self.names.said(&answer.code);
        let compared = match answer.language.as_str() {
            "json" => shown::json(&expected, output, &mut self.names),
            "http" => shown::http(&expected, output, &mut self.names),
            _ => shown::text(&expected, output, &mut self.names),
        };
        if let Err(why) = compared {
            panic!("{why}\nrun:\n{}\nshown:\n{expected}\ncame:\n{output}", block.code);
        }
    }

    fn start(&mut self, block: &Block, answer: Option<&Block>) {
        let shown = self.names.said(answer.map_or("", |answer| &answer.code)).lines().map(str::to_owned).collect();
        let mut child = self.program(block, "exec ").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said: [Arc<Mutex<String>>; 2] = std::array::from_fn(|_| Arc::default());
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        gather(out, &said[0]);
        gather(err, &said[1]);
        let one = Staying { child, said, shown };
        one.await_lines(1);
        self.staying.push(one);
    }

    /// The program that runs a block; `before` stands before what a shell is told.
    fn program(&self, block: &Block, before: &str) -> Command {
        let code = self.names.said(&block.code);
        let mut command = match block.language.as_str() {
            "sh" => {
                let mut command = Command::new("sh");
                command.args(["-ec", &format!("{before}{code}")]);
                command
            }
            "python" => {
                let mut command = Command::new(strangers::python().unwrap());
                command.args(["-c", &code]);
                command
            }
            _ => node(self.desk.folder(), &code),
        };
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("COMMFLOW_") {
                command.env_remove(name);
            }
        }
        let own = Path::new(env!("CARGO_BIN_EXE_commflow")).parent().unwrap();
        command.env("PATH", format!("{}:{}", own.display(), std::env::var("PATH").unwrap()));
        command.env("COMMFLOW_LISTEN", self.names.said(guides::BASE).trim_start_matches("http://"));
        command.current_dir(self.desk.folder()).stdin(Stdio::null());
        command
    }
}

/// Node, told to run this in a folder where the packages of others are found.
pub fn node(folder: &Path, code: &str) -> Command {
    let packages = folder.join("node_modules");
    if !packages.exists() {
        std::os::unix::fs::symlink(strangers::packages().unwrap(), packages).unwrap();
    }
    let file: PathBuf = folder.join("example.mjs");
    std::fs::write(&file, code).unwrap();
    let mut command = Command::new("node");
    command.arg(file);
    command
}

/// Whether all that the blocks of a text are run by is there.
pub fn can_be_run(text: &str) -> bool {
    let has = |language: &str| blocks(text).iter().any(|block| block.language == language);
    (!has("python") || strangers::python().is_some()) && (!has("javascript") || strangers::packages().is_some())
}

/// A program that runs on.
struct Staying {
    child: Child,
    /// On its standard output, and on the other: they are written at once, and would tear each other's lines.
    said: [Arc<Mutex<String>>; 2],
    shown: Vec<String>,
}

impl Staying {
    /// Waits until it has said the first lines of what is shown.
    fn await_lines(&self, count: usize) {
        let begun = Instant::now();
        let shown = &self.shown[..count.min(self.shown.len())];
        loop {
            let said = self.said.each_ref().map(|said| said.lock().unwrap().clone()).join("\n");
            let mut lines = said.lines();
            if shown.iter().all(|line| lines.any(|said| shown::is_like(line, said))) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "shown: {shown:?}\nsaid: {said}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Staying {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn gather(mut from: impl Read + Send + 'static, said: &Arc<Mutex<String>>) {
    let said = said.clone();
    std::thread::spawn(move || {
        let mut buffer = [0; 4_096];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            said.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
    });
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
