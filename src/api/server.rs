use std::{
    io,
    net::{IpAddr, SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_web::{HttpServer, web};
use tokio::sync::Semaphore;

use super::{
    limited_app,
    limits::{FORGET_IDLE_EVERY, Limits},
};
use crate::service::{Service, ServiceError};

/// How long requests under way may take to end when the server is told to stop, seconds.
const SHUTDOWN_S: u64 = 10;

/// How often the scans that have come in are looked through for what has to be explained.
const REVIEW_EVERY: Duration = Duration::from_secs(10);

/// How often it is looked whether webhooks are due, when nothing happens here.
const WEBHOOKS_EVERY: Duration = Duration::from_secs(2);
/// What happens within so long is looked at together.
const WEBHOOKS_GATHER: Duration = Duration::from_millis(100);
/// How often handovers and events are exchanged with the postal operator.
const POST_EVERY: Duration = Duration::from_secs(60);
/// Webhooks on their way at once.
const DELIVERIES_AT_ONCE: usize = 16;

/// How often it is looked whether messages to people are due.
const MESSAGES_EVERY: Duration = Duration::from_secs(1);
/// Messages on their way at once; no channel has so many that another has to wait.
const MESSAGES_AT_ONCE: usize = 16;

/// Why the server does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is not this machine's own, and nobody is known yet who could come in.
    #[error(
        "--bind {address} is refused: no admin can come in yet, so the service binds to loopback addresses only (127.0.0.1 or \
         ::1). Start it there and set the admin's password with the link that it shows, or make one with `conthoi account add`"
    )]
    NobodyKnown {
        /// The address asked for.
        address: IpAddr,
    },
    /// It cannot be said whether an admin is there.
    #[error("{0}")]
    Service(#[from] ServiceError),
    /// Another program listens there.
    #[error("port {port} on {address} is taken by another program: choose another with --port, or stop that program")]
    PortTaken {
        /// The address.
        address: IpAddr,
        /// The port.
        port: u16,
    },
    /// The operating system refuses.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address and port.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The server failed.
    #[error("the server failed: {0}")]
    Io(#[from] io::Error),
}

/// Refuses an address that other machines could reach as long as no admin can come in.
fn somebody_known(service: &Service, address: IpAddr) -> Result<(), ServeError> {
    let known = address.is_loopback()
        || match service.has_admin() {
            Err(ServiceError::NoCentre) => false,
            known => known?,
        };
    if known { Ok(()) } else { Err(ServeError::NobodyKnown { address }) }
}

/// Listens on `address`.
///
/// # Errors
/// [`ServeError::PortTaken`] and [`ServeError::Listen`].
pub fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => ServeError::PortTaken { address: address.ip(), port: address.port() },
        _ => ServeError::Listen { address, source },
    })
}

/// Serves on `listener` until interrupted (SIGINT or SIGTERM); `ready` hears where once it does.
///
/// When interrupted, plan jobs are cancelled and marked, then requests under way are given time to end.
///
/// # Errors
/// [`ServeError`].
pub fn serve(service: &Service, listener: TcpListener, ready: impl FnOnce(SocketAddr)) -> Result<(), ServeError> {
    let bound = listener.local_addr()?;
    somebody_known(service, bound.ip())?;
    let service = service.clone();
    actix_web::rt::System::new().block_on(async move {
        let shared = web::Data::new(service.clone());
        let limits = web::Data::new(Limits::default());
        let counting = limits.clone();
        let server = HttpServer::new(move || limited_app(shared.clone(), counting.clone()))
            .workers(std::thread::available_parallelism().map_or(2, usize::from).min(4))
            .disable_signals()
            .shutdown_timeout(SHUTDOWN_S)
            .client_request_timeout(Duration::from_secs(30))
            // A client that goes away takes its request with it, and with that the search it asked for.
            .h1_allow_half_closed(false)
            .listen(listener)?
            .run();
        let handle = server.handle();
        actix_web::rt::spawn(review(service.clone()));
        actix_web::rt::spawn(tell_webhooks(service.clone()));
        actix_web::rt::spawn(tell_people(service.clone()));
        actix_web::rt::spawn(forget_idle(limits));
        if service.has_postal_operator() {
            actix_web::rt::spawn(exchange_with_post(service.clone()));
        }
        let stopping = service.clone();
        actix_web::rt::spawn(async move {
            interrupted().await;
            tracing::info!("interrupted: cancelling plan jobs and ending");
            // Streams of a job's events end with the job, so the jobs go first.
            if web::block(move || stopping.stop_jobs()).await.is_err() {
                tracing::error!("the plan jobs could not be stopped");
            }
            handle.stop(true).await;
        });
        ready(bound);
        server.await
    })?;
    Ok(())
}

/// Looks through the scans that have come in, from time to time, as long as the server runs.
async fn review(service: Service) {
    loop {
        tokio::time::sleep(REVIEW_EVERY).await;
        let reviewer = service.clone();
        let look = move || reviewer.review_scans().and_then(|()| reviewer.watch_day());
        match web::block(look).await {
            // Without a centre there are no scans either.
            Ok(Ok(()) | Err(ServiceError::NoCentre | ServiceError::SeveralCentres { .. })) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the scans could not be looked through; trying again"),
            Err(error) => tracing::error!(%error, "looking through the scans failed; trying again"),
        }
    }
}

/// Sends webhooks what happens, as long as the server runs.
async fn tell_webhooks(service: Service) {
    let at_once = Arc::new(Semaphore::new(DELIVERIES_AT_ONCE));
    let mut changes = service.feed_changes();
    while !service.is_closing() {
        changes.mark_unchanged();
        let looking = service.clone();
        match web::block(move || looking.take_deliveries()).await {
            Ok(Ok(due)) => {
                for taken in due {
                    let Ok(permit) = Arc::clone(&at_once).acquire_owned().await else { return };
                    let sender = service.clone();
                    actix_web::rt::spawn(async move {
                        let sent = web::block(move || {
                            let attempt = sender.send_delivery(&taken);
                            sender.settle_delivery(&taken, &attempt)
                        });
                        match sent.await {
                            Ok(Ok(())) => {}
                            Ok(Err(error)) => tracing::warn!(%error, "what came of a webhook could not be kept"),
                            Err(error) => tracing::error!(%error, "sending a webhook failed"),
                        }
                        drop(permit);
                    });
                }
            }
            Ok(Err(ServiceError::NoCentre | ServiceError::SeveralCentres { .. })) => {}
            Ok(Err(error)) => tracing::warn!(%error, "webhooks could not be looked at; trying again"),
            Err(error) => tracing::error!(%error, "looking at webhooks failed; trying again"),
        }
        tokio::select! {
            _ = changes.changed() => tokio::time::sleep(WEBHOOKS_GATHER).await,
            () = tokio::time::sleep(WEBHOOKS_EVERY) => {}
        }
    }
}

/// Tells the postal operator's system of handovers and asks it for events, as long as the server runs.
async fn exchange_with_post(service: Service) {
    while !service.is_closing() {
        let asking = service.clone();
        let exchanged = web::block(move || {
            asking.announce_postal_handovers()?;
            asking.read_postal_events()
        });
        match exchanged.await {
            Ok(Ok(_) | Err(ServiceError::NoCentre | ServiceError::SeveralCentres { .. })) => {}
            Ok(Err(error)) => tracing::warn!(%error, "handovers and events were not exchanged; trying again"),
            Err(error) => tracing::error!(%error, "exchanging with the postal operator failed; trying again"),
        }
        tokio::time::sleep(POST_EVERY).await;
    }
}

/// Sends people their messages, as long as the server runs.
async fn tell_people(service: Service) {
    let at_once = Arc::new(Semaphore::new(MESSAGES_AT_ONCE));
    while !service.is_closing() {
        let looking = service.clone();
        match web::block(move || looking.take_due_messages()).await {
            Ok(Ok(due)) => {
                for message in due {
                    let Ok(permit) = Arc::clone(&at_once).acquire_owned().await else { return };
                    let sender = service.clone();
                    actix_web::rt::spawn(async move {
                        let sent = web::block(move || {
                            let sent = sender.send_message(&message);
                            sender.settle_message(&message, &sent)
                        });
                        match sent.await {
                            Ok(Ok(())) => {}
                            Ok(Err(error)) => tracing::warn!(%error, "what came of a message could not be kept"),
                            Err(error) => tracing::error!(%error, "sending a message failed"),
                        }
                        drop(permit);
                    });
                }
            }
            Ok(Err(ServiceError::NoCentre | ServiceError::SeveralCentres { .. })) => {}
            Ok(Err(error)) => tracing::warn!(%error, "messages could not be looked at; trying again"),
            Err(error) => tracing::error!(%error, "looking at messages failed; trying again"),
        }
        tokio::time::sleep(MESSAGES_EVERY).await;
    }
}

/// Forgets, from time to time, who has not come for a while.
async fn forget_idle(limits: web::Data<Limits>) {
    loop {
        tokio::time::sleep(FORGET_IDLE_EVERY).await;
        limits.forget_idle();
    }
}

#[cfg(unix)]
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            // Without the signal the other one still ends the server.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        result = tokio::signal::ctrl_c() => {
            if let Err(error) = result {
                tracing::error!(%error, "cannot listen for interrupts");
                std::future::pending::<()>().await;
            }
        }
        () = terminate => {}
    }
}

#[cfg(not(unix))]
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
