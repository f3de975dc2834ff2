//! The yardsticks: a bare actix-web server that does the least that could be done on the same file and disk, with as many
//! threads and connections. What CommFlow adds to it is what the figures tell.

use crate::cli::Failure;
use crate::store;
use crate::types::error::Error;
use actix_web::App;
use actix_web::HttpResponse;
use actix_web::HttpServer;
use actix_web::error::ErrorInternalServerError;
use actix_web::rt::System;
use actix_web::rt::net::TcpStream;
use actix_web::web;
use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use socket2::SockRef;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::Sender;
use std::sync::mpsc::channel;
use tokio::sync::oneshot;

pub(super) type Pool = r2d2::Pool<SqliteConnectionManager>;
pub(super) type Answer = actix_web::Result<HttpResponse>;

/// Connections that read: as many as CommFlow has.
pub(super) const READERS: u32 = 4;
/// Inserts that share a commit at most: as CommFlow.
const GROUP_MAX: usize = 256;
const SELECT: &str = "SELECT ticket_id, id, subject, description, ticket_status, priority, channel, inbox_id, assignee_id, \
    contact_id, custom_fields, follow_up_of, resolved_at, ticket_closed_at, reopened_count, ticket_created_at, updated_at, \
    version, response_due, responded_at, resolution_target, running_since FROM threads WHERE ticket_id = ?1";
const LIST: &str = "SELECT t.ticket_id, t.id, t.subject, t.description, t.ticket_status, t.priority, t.channel, t.inbox_id, \
    t.assignee_id, u.name AS assignee, t.contact_id, c.name AS contact, c.email, t.custom_fields, t.follow_up_of, \
    t.resolved_at, t.ticket_closed_at, t.reopened_count, t.ticket_created_at, t.updated_at, t.version, t.response_due, \
    t.responded_at, t.resolution_target, t.running_since \
    FROM threads t LEFT JOIN contacts c ON c.id = t.contact_id LEFT JOIN users u ON u.id = t.assignee_id \
    WHERE t.ticket_id IS NOT NULL AND t.ticket_status = ?1 ORDER BY t.ticket_created_at DESC, t.ticket_id DESC LIMIT 25";

/// One row to insert, and whom to tell once it is on disk.
struct Insert {
    body: String,
    done: oneshot::Sender<()>,
}

/// Serves until the process is ended.
pub fn serve(address: SocketAddr, directory: &Path) -> Result<(), Failure> {
    let pool = pool(directory)?;
    let plain = Connection::open(directory.join("yardstick.db")).map_err(Error::from)?;
    let (queue, jobs) = channel();
    std::thread::spawn(move || write(&plain, &jobs));
    run(address, move |routes| {
        routes
            .app_data(web::Data::new(pool.clone()))
            .app_data(web::Data::new(queue.clone()))
            .route("/bare", web::get().to(HttpResponse::Ok))
            .route("/select/{ticket}", web::get().to(select))
            .route("/list/{status}", web::get().to(list))
            .route("/insert", web::post().to(insert));
    })
}

/// Connections to the store in `directory`.
pub fn pool(directory: &Path) -> Result<Pool, Error> {
    let manager = SqliteConnectionManager::file(directory.join(store::FILE_NAME));
    r2d2::Pool::builder().max_size(READERS).build(manager).map_err(Error::internal)
}

/// A bare server with these routes.
pub fn run<F>(address: SocketAddr, routes: F) -> Result<(), Failure>
where
    F: Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
{
    let run = System::new().block_on(async move {
        let server = HttpServer::new(move || App::new().configure(routes.clone()));
        let server = server.workers(std::thread::available_parallelism().map_or(2, std::num::NonZero::get));
        let server = server.on_connect(|connection, _| {
            if let Some(stream) = connection.downcast_ref::<TcpStream>() {
                drop(SockRef::from(stream).set_tcp_nodelay(true));
            }
        });
        server.bind(address)?.run().await
    });
    run.map_err(|cause| Failure::new(Failure::ADDRESS, cause.to_string()))
}

async fn select(pool: web::Data<Pool>, ticket: web::Path<i64>) -> Answer {
    rows(pool, SELECT, ticket.into_inner()).await
}

async fn list(pool: web::Data<Pool>, status: web::Path<String>) -> Answer {
    rows(pool, LIST, status.into_inner()).await
}

async fn rows(pool: web::Data<Pool>, sql: &'static str, value: impl rusqlite::ToSql + Send + 'static) -> Answer {
    let read = move || -> Result<String, Error> {
        let db = pool.get().map_err(Error::internal)?;
        let mut statement = db.prepare_cached(sql)?;
        let names: Vec<String> = statement.column_names().iter().map(|&name| format!("\"{name}\":")).collect();
        let mut rows = statement.query([value])?;
        let mut json = String::from("[");
        while let Some(row) = rows.next()? {
            json.push_str(if json.len() > 1 { ",{" } else { "{" });
            for (at, name) in names.iter().enumerate() {
                json.push_str(if at > 0 { "," } else { "" });
                json.push_str(name);
                match row.get_ref(at)? {
                    ValueRef::Integer(number) => json.push_str(&number.to_string()),
                    ValueRef::Text(text) => json.push_str(&serde_json::to_string(&String::from_utf8_lossy(text))?),
                    _ => json.push_str("null"),
                }
            }
            json.push('}');
        }
        json.push(']');
        Ok(json)
    };
    let json = web::block(read).await??;
    Ok(HttpResponse::Ok().content_type("application/json").body(json))
}

async fn insert(queue: web::Data<Sender<Insert>>, body: String) -> Answer {
    let (done, answer) = oneshot::channel();
    queue.send(Insert { body, done }).map_err(|_| ErrorInternalServerError("the writer is gone"))?;
    answer.await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Created().finish())
}

/// Inserts what has queued in one transaction, and answers once that is on disk.
fn write(db: &Connection, jobs: &Receiver<Insert>) -> rusqlite::Result<()> {
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", "full")?;
    db.execute_batch("CREATE TABLE plain (id INTEGER PRIMARY KEY, created_at INTEGER NOT NULL, body TEXT NOT NULL)")?;
    while let Ok(first) = jobs.recv() {
        let mut group = vec![first];
        group.extend(jobs.try_iter().take(GROUP_MAX - 1));
        db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        for job in &group {
            db.prepare_cached("INSERT INTO plain (created_at, body) VALUES (unixepoch(), ?1)")?.execute([&job.body])?;
        }
        db.prepare_cached("COMMIT")?.execute([])?;
        // A client that has gone away does not mind.
        group.into_iter().for_each(|job| job.done.send(()).unwrap_or_default());
    }
    Ok(())
}
