//! `commflow bench files`: a large file in and out, beside a plain copy of it, and the memory that this takes of the server.

use crate::cli::Failure;
use crate::cli::bench::child::Child;
use crate::cli::bench::child::Memory;
use crate::cli::bench::figures::Setting;
use crate::cli::bench::figures::mib;
use crate::cli::bench::run::Run;
use crate::cli::bench::run::Stop;
use crate::cli::bench::workspace;
use crate::cli::bench::workspace::Plan;
use crate::cli::bench::workspace::texts::Sentences;
use clap::Args;
use serde::Serialize;
use std::fmt;
use std::fmt::Display;
use std::fs;
use std::fs::File;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

/// Before memory is looked at, so that what starting took is over.
const SETTLING: Duration = Duration::from_millis(500);
/// Bytes that go over a socket at once.
const BLOCK: usize = 64 * 1024;
const BOUNDARY: &str = "a-boundary-of-the-measurement";

/// Measures a large file, in and out.
#[derive(Debug, Args)]
#[command(before_help = "Examples:
  commflow bench files
  commflow bench files --mib 25 --rounds 10 --json")]
pub struct Files {
    /// How large the file is, in MiB.
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=2_000))]
    mib: u32,
    /// How often it goes in and out; the median counts.
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    #[command(flatten)]
    run: Run,
}

/// What was seen, in MiB a second.
#[derive(Debug, Serialize)]
struct Report {
    #[serde(flatten)]
    setting: Setting,
    mib: u32,
    /// The file copied to another on the same disk, and synced.
    plain_copy: f64,
    upload: f64,
    /// The file's bytes over a socket.
    plain_send: f64,
    download: f64,
    memory_before: Memory,
    memory_peak_upload: Memory,
    memory_peak_download: Memory,
}

impl Files {
    /// Runs the command.
    ///
    /// # Errors
    /// When the folder can't be used, or the server fails.
    pub fn run(self) -> Result<(), Failure> {
        self.run.measure(1, format_args!("{} rounds", self.rounds), |scratch, setting, stop| {
            self.measure(scratch, setting, stop)
        })
    }

    fn measure(&self, scratch: &Path, setting: Setting, stop: &Stop) -> Result<Report, Failure> {
        let directory = scratch.join("files");
        let plan = Plan { tickets: 100, contacts: 10, keys: 1, seed: 1, texts: &Sentences };
        let key = workspace::make(&directory, &plan, |_| stop.go_on())?.keys.pop().unwrap_or_default();
        let source = scratch.join("source");
        self.make(&source).map_err(told)?;
        let server = Child::serve_with(&directory, &["--max-file-size", &format!("{}MiB", self.mib)])?;
        std::thread::sleep(SETTLING);
        let memory_before = server.memory();
        let mut rates = [const { Vec::new() }; 4];
        let mut peaks = [Memory::default(); 2];
        for _ in 0..self.rounds {
            stop.go_on()?;
            let [copy, upload, send, download] = &mut rates;
            copy.push(self.rate(|| plain_copy(&source, &scratch.join("copy")))?);
            let watch = server.watch();
            let mut path = String::new();
            upload.push(self.rate(|| {
                path = self::upload(server.address, &key, &source)?;
                Ok(())
            })?);
            peaks[0] = peaks[0].most(watch.peak());
            send.push(self.rate(|| plain_send(&source))?);
            let watch = server.watch();
            download.push(self.rate(|| self::download(server.address, &path, self.bytes()))?);
            peaks[1] = peaks[1].most(watch.peak());
        }
        let [plain_copy, upload, plain_send, download] = rates.map(median);
        let [memory_peak_upload, memory_peak_download] = peaks;
        Ok(Report {
            setting,
            mib: self.mib,
            plain_copy,
            upload,
            plain_send,
            download,
            memory_before,
            memory_peak_upload,
            memory_peak_download,
        })
    }

    fn bytes(&self) -> u64 {
        u64::from(self.mib) << 20
    }

    /// A file of bytes that no disk or socket could shorten.
    fn make(&self, path: &Path) -> io::Result<()> {
        let mut dice = fastrand::Rng::with_seed(1);
        let mut file = File::create(path)?;
        let mut block = vec![0; 1 << 20];
        for _ in 0..self.mib {
            dice.fill(&mut block);
            file.write_all(&block)?;
        }
        file.sync_all()
    }

    fn rate(&self, work: impl FnOnce() -> io::Result<()>) -> Result<f64, Failure> {
        let begun = Instant::now();
        work().map_err(told)?;
        Ok(f64::from(self.mib) / begun.elapsed().as_secs_f64())
    }
}

fn told(cause: impl Display) -> Failure {
    Failure::new(Failure::DATA, format!("files: {cause}"))
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}

fn plain_copy(source: &Path, target: &Path) -> io::Result<()> {
    drop(fs::remove_file(target));
    fs::copy(source, target)?;
    File::open(target)?.sync_all()
}

fn plain_send(source: &Path) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut file = File::open(source)?;
    let sender = std::thread::spawn(move || io::copy(&mut file, &mut listener.accept()?.0));
    swallow(&mut TcpStream::connect(address)?)?;
    sender.join().map_err(|_| io::Error::other("the sender panicked"))?.map(drop)
}

/// Reads to the end; how much there was.
fn swallow(stream: &mut impl Read) -> io::Result<u64> {
    let mut block = vec![0; BLOCK];
    let mut all = 0;
    loop {
        match stream.read(&mut block)? {
            0 => return Ok(all),
            count => all += count as u64,
        }
    }
}

/// Sends the file as a form; the path under which it can be had.
fn upload(address: SocketAddr, key: &str, source: &Path) -> io::Result<String> {
    let mut file = File::open(source)?;
    let before = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"large.bin\"\r\ncontent-type: application/octet-stream\r\n\r\n"
    );
    let after = format!("\r\n--{BOUNDARY}--\r\n");
    let length = before.len() as u64 + file.metadata()?.len() + after.len() as u64;
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "POST /v1/files HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\
         content-type: multipart/form-data; boundary={BOUNDARY}\r\ncontent-length: {length}\r\n\r\n{before}"
    )?;
    let mut block = vec![0; BLOCK];
    loop {
        match file.read(&mut block)? {
            0 => break,
            count => stream.write_all(block.get(..count).unwrap_or_default())?,
        }
    }
    stream.write_all(after.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let link = answer.split_once("\"url\":\"http://").and_then(|(_, rest)| rest.split('"').next());
    let path = link.and_then(|link| link.split_once('/')).map(|(_, path)| format!("/{path}"));
    path.ok_or_else(|| io::Error::other(answer))
}

fn download(address: SocketAddr, path: &str, expected: u64) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut reader = BufReader::with_capacity(BLOCK, stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let received = swallow(&mut reader)?;
    if received == expected { Ok(()) } else { Err(io::Error::other(format!("{received} bytes came\n{head}"))) }
}

impl Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plain_copy, upload, plain_send, download, .. } = self;
        writeln!(out, "\na file of {} MiB, in MiB/s", self.mib)?;
        writeln!(out, "upload    {upload:>7.0}   {:.2} x a plain copy, synced ({plain_copy:.0})", upload / plain_copy)?;
        writeln!(
            out,
            "download  {download:>7.0}   {:.2} x the same bytes over a socket ({plain_send:.0})",
            download / plain_send
        )?;
        writeln!(
            out,
            "memory {:.1} MiB before ({:.1} its own); at most {:.1} ({:.1}) during an upload, {:.1} ({:.1}) during a download",
            mib(self.memory_before.resident_kib),
            mib(self.memory_before.anonymous_kib),
            mib(self.memory_peak_upload.resident_kib),
            mib(self.memory_peak_upload.anonymous_kib),
            mib(self.memory_peak_download.resident_kib),
            mib(self.memory_peak_download.anonymous_kib)
        )
    }
}
