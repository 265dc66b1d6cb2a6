use chrono::Duration;
use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use serde_json::json;

use super::{
    account_args::{Account as Options, AccountCommand},
    config::Config,
    error::CliError,
    output,
};
use crate::{
    domain::Party,
    service::{Account, AccountChange, Actor, NamedParty, NewAccount, NewToken, OneTimeLink, Service},
};

pub(super) fn run(config: &Config, options: &Options) -> Result<(), CliError> {
    let service = config.open()?;
    let actor = Actor::operator();
    match &options.command {
        AccountCommand::Add { name, role, site, courier, email } => {
            let acts_for = site.clone().map(NamedParty::Site).or_else(|| courier.clone().map(NamedParty::Courier));
            let new = NewAccount { name: name.clone(), role: *role, acts_for, email: email.clone() };
            let (account, link) = service.add_account(&actor, &new)?;
            match link {
                Some(link) => show_link(config, &link),
                None => say(config, &account, "added; issue a token with `conthoi account token`"),
            }
        }
        AccountCommand::Reset { name } => {
            // On a new database the first admin is the one who can be let in.
            if let Some(link) = service.first_admin_link()?
                && link.account.name.as_str() == name.trim().to_ascii_lowercase()
            {
                return show_link(config, &link);
            }
            let account = service.account_named(name)?;
            show_link(config, &service.reset_password(&actor, account.id)?)
        }
        AccountCommand::List => list(config, &service),
        AccountCommand::Disable { name } => shut(config, &service, name, true),
        AccountCommand::Enable { name } => shut(config, &service, name, false),
        AccountCommand::Token { name, label, scopes, days } => {
            let account = service.account_named(name)?;
            let expires_at = days.map(|days| service.now() + Duration::days(days.into()));
            let new = NewToken { label: label.clone(), scopes: scopes.iter().copied().collect(), expires_at };
            let (token, secret) = service.issue_token(&actor, account.id, &new)?;
            if config.json {
                return output::print_json(&json!({ "id": token.id.uuid(), "secret": secret.reveal() }));
            }
            output::print(&format!("{}\n", secret.reveal()))
        }
    }
}

fn show_link(config: &Config, link: &OneTimeLink) -> Result<(), CliError> {
    let base = config.public_url().map_or_else(|| config.loopback_url(), ToString::to_string);
    let url = format!("{base}{}", link.path());
    if config.json {
        let account = link.account.name.as_str();
        return output::print_json(&json!({ "account": account, "url": url, "expires_at": link.expires_at }));
    }
    let name = &link.account.name;
    output::print(&format!("Set the password of {name} here, once, within a day (while the service runs):\n  {url}\n"))
}

fn say(config: &Config, account: &Account, what: &str) -> Result<(), CliError> {
    if config.json {
        return output::print_json(
            &json!({ "account": account.name.as_str(), "disabled": account.disabled_at.is_some() }),
        );
    }
    output::print(&format!("{}: {what}\n", account.name))
}

fn shut(config: &Config, service: &Service, name: &str, disabled: bool) -> Result<(), CliError> {
    let account = service.account_named(name)?;
    let centre = service.centre()?;
    let acts_for = match account.acts_for {
        Some(Party::Site(id)) => centre.site(id).map(|site| NamedParty::Site(site.code.clone())),
        Some(Party::Courier(id)) => {
            let courier = centre.couriers.iter().find(|courier| courier.id == id);
            courier.map(|courier| NamedParty::Courier(courier.code.clone()))
        }
        Some(Party::Recipient) | None => None,
    };
    let change = AccountChange {
        role: account.role,
        acts_for,
        email: account.email.clone(),
        oidc_subject: account.oidc_subject.clone(),
        disabled,
    };
    let changed = service.change_account(&Actor::operator(), account.id, None, &change)?;
    say(config, &changed, if disabled { "shut" } else { "open" })
}

fn list(config: &Config, service: &Service) -> Result<(), CliError> {
    let accounts = service.accounts(None, u32::MAX - 1)?.accounts;
    if config.json {
        let rows = accounts.iter().map(|account| {
            json!({
                "name": account.name.as_str(),
                "role": account.role.as_str(),
                "has_password": account.password_hash.is_some(),
                "disabled": account.disabled_at.is_some(),
            })
        });
        return output::print_json(&rows.collect::<Vec<_>>());
    }
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(["name", "role", "password", "state"]);
    for account in &accounts {
        let password = if account.password_hash.is_some() { "set" } else { "" };
        let state = if account.disabled_at.is_some() { "shut" } else { "open" };
        table.add_row([account.name.as_str(), account.role.as_str(), password, state]);
    }
    output::print(&format!("{table}\n"))
}
