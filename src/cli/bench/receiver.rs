//! A receiver of webhooks that does as little as it can, for it shares the machine with what is measured. Under `/hang` it
//! never answers.

use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU16;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// A receiver that runs until the process ends.
pub struct Receiver {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    status: AtomicU16,
    /// Requests that were answered with 200.
    taken: AtomicUsize,
    /// When the first and the last of them came.
    times: Mutex<Option<(Instant, Instant)>>,
}

impl Shared {
    fn times(&self) -> MutexGuard<'_, Option<(Instant, Instant)>> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Receiver {
    /// Starts one that takes everything.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared =
            Arc::new(Shared { status: AtomicU16::new(200), taken: AtomicUsize::new(0), times: Mutex::default() });
        let server = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let server = server.clone();
                std::thread::spawn(move || serve(stream, &server));
            }
        });
        Ok(Self { address, shared })
    }

    /// Answers everything with this status from now on.
    pub fn answer(&self, status: u16) {
        self.shared.status.store(status, Ordering::SeqCst);
    }

    /// How many requests it has taken.
    pub fn taken(&self) -> usize {
        self.shared.taken.load(Ordering::SeqCst)
    }

    /// When the first one came.
    pub fn first(&self) -> Option<Instant> {
        self.shared.times().map(|(first, _)| first)
    }

    /// When the last one came.
    pub fn last(&self) -> Option<Instant> {
        self.shared.times().map(|(_, last)| last)
    }
}

fn serve(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut line, mut body) = (String::new(), Vec::new());
    loop {
        let mut length = 0;
        let (mut came, mut hangs) = (None, false);
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            came.get_or_insert_with(Instant::now);
            hangs |= line.starts_with("POST /hang");
            if let Some(text) = line.strip_prefix("content-length: ") {
                length = text.trim().parse().unwrap_or(0);
            }
            if line == "\r\n" {
                break;
            }
        }
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
        if hangs {
            // Until the other side has had enough.
            return reader.read(&mut [0]).map(drop);
        }
        let status = shared.status.load(Ordering::SeqCst);
        if let (200, Some(came)) = (status, came) {
            let mut times = shared.times();
            *times = Some((times.map_or(came, |(first, _)| first), came));
            shared.taken.fetch_add(1, Ordering::SeqCst);
        }
        write!(stream, "HTTP/1.1 {status} So\r\ncontent-length: 0\r\n\r\n")?;
    }
}
