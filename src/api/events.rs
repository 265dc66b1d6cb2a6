use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{
    HttpResponse,
    body::{BodySize, MessageBody},
    http::header,
    web,
};
use chrono_tz::Tz;
use tokio::{sync::mpsc, time};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{blocking, plan_jobs::PlanJobResponse};
use crate::service::{PlanJob, Service};

/// A comment is sent so often when nothing happens, so that both ends notice a dead connection.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often a job of another process is looked at.
pub(super) const POLL: Duration = Duration::from_secs(1);

/// One event of a stream, as the HTML standard has server-sent events.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the stream")]
pub(super) struct ServerSentEvent {
    /// Where to go on after it, with `Last-Event-ID`.
    id: Option<String>,
    /// What it is.
    event: Option<String>,
    /// JSON.
    data: Option<String>,
    /// After so many milliseconds a client that lost the connection comes again.
    retry: Option<u64>,
}

/// A body made of the chunks that a task sends; it ends when the task does.
struct Chunks(mpsc::Receiver<web::Bytes>);

impl MessageBody for Chunks {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<web::Bytes, Infallible>>> {
        self.0.poll_recv(context).map(|chunk| chunk.map(Ok))
    }
}

/// The events of one plan job until it ends.
pub(super) fn stream(service: web::Data<Service>, id: Uuid, zone: Tz) -> HttpResponse {
    let (sender, receiver) = mpsc::channel(8);
    actix_web::rt::spawn(async move {
        if let Some(latest) = service.watch_job(id) {
            follow_here(latest, zone, &sender).await;
        } else {
            follow_elsewhere(&service, id, zone, &sender).await;
        }
    });
    stream_of(receiver)
}

/// An answer made of the chunks that somebody sends.
pub(super) fn stream_of(receiver: mpsc::Receiver<web::Bytes>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Compression would hold events back until its buffer is full.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .body(Chunks(receiver))
}

/// A job of this process tells of itself.
async fn follow_here(mut latest: tokio::sync::watch::Receiver<PlanJob>, zone: Tz, sender: &mpsc::Sender<web::Bytes>) {
    loop {
        let job = latest.borrow_and_update().clone();
        if sender.send(event(&job, zone)).await.is_err() || !job.state.is_open() {
            return;
        }
        loop {
            match time::timeout(HEARTBEAT, latest.changed()).await {
                Ok(Ok(())) => break,
                Ok(Err(_)) => return,
                Err(_) if sender.send(web::Bytes::from_static(b": still here\n\n")).await.is_err() => return,
                Err(_) => {}
            }
        }
    }
}

/// A job of another process is read from the database.
async fn follow_elsewhere(service: &web::Data<Service>, id: Uuid, zone: Tz, sender: &mpsc::Sender<web::Bytes>) {
    let mut told: Option<PlanJob> = None;
    loop {
        let Ok(job) = blocking(service, move |service| service.plan_job(id)).await else { return };
        let ended = !job.state.is_open();
        let chunk =
            if told.as_ref() == Some(&job) { web::Bytes::from_static(b": still here\n\n") } else { event(&job, zone) };
        if sender.send(chunk).await.is_err() || ended {
            return;
        }
        told = Some(job);
        time::sleep(POLL).await;
    }
}

fn event(job: &PlanJob, zone: Tz) -> web::Bytes {
    let name = if job.state.is_open() { "progress" } else { "ended" };
    let data = serde_json::to_string(&PlanJobResponse::of(job, zone))
        .expect("response structs have string keys only, so they serialise");
    web::Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}
