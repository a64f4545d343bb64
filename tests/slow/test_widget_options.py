"""What a site chooses for its widget, and the installer that writes the code."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.slow.browser import WIDE, until
from tests.slow.widget_tools import Hosts, Opened, Service, done, drawn, enter, host_page, messages

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("asked", "refused"),
    [("#0b5cad", False), ("#c00", False), ("#ffc247", True), ("#777", True), ("red", True)],
)
def test_a_pale_colour_is_refused_in_french(
    service: Service, hosts: Hosts, opened: Opened, asked: str, refused: bool
) -> None:
    page = opened("about:blank")
    said = messages(page)
    page.goto(hosts.put("/colour", host_page(service, data=f"data-couleur='{asked}'")))
    page.wait_for_selector("cap-ecommerce", state="attached")
    warned = [text for text in said if "contraste de 4,5" in text and asked in text]
    assert bool(warned) == refused
    assert len(said) == len(warned)


def test_place_and_offset(service: Service, hosts: Hosts, opened: Opened) -> None:
    data = "data-position=bas-gauche data-decalage=60"
    page = opened(hosts.put("/left", host_page(service, data=data)))
    enter(page)
    parts = drawn(page)
    assert parts["button"]["box"][0] == parts["dialog"]["box"][0] == 20
    assert parts["button"]["box"][3] == WIDE["height"] - 80
    assert parts["dialog"]["box"][1] >= 0


def test_what_the_site_chooses(service: Service, hosts: Hosts, opened: Opened) -> None:
    data = (
        "data-accueil='Bienvenue au CDI <b>!</b>' data-suggestions='Une ?|Deux ?|Trois ?|Quatre ?|"
        "Cinq ?' data-contact='01 02 03 04 05' data-tutoiement=oui data-couleur='#0b5cad'"
    )
    page = opened(hosts.put("/chosen", host_page(service, data=data)))
    widget = enter(page)
    expect(widget.locator("h1")).to_have_text("Bienvenue au CDI <b>!</b>")
    expect(widget.locator(".notice")).to_contain_text("Assistant automatique")
    expect(widget.locator("#examples button")).to_have_text(
        ["Une\u00a0?", "Deux\u00a0?", "Trois\u00a0?", "Quatre\u00a0?"]
    )
    expect(widget.get_by_role("link", name="01 02 03 04 05")).to_have_attribute(
        "href", "tel:0102030405"
    )
    widget.locator("#question").press("Enter")
    expect(widget.locator("#hint")).to_have_text("Écris d’abord ta question.")
    words = widget.inner_text("body") + str(widget.get_attribute("#question", "placeholder"))
    assert not re.search(r"\b(vous|votre|vos|vérifiez)\b", words)
    tint = "getComputedStyle(document.querySelector('#send')).backgroundColor"
    assert widget.evaluate(tint) == "rgb(11, 92, 173)"
    widget.get_by_role("button", name="Deux").click()
    done(widget)
    assert service.fake.asked[-1][0] == "Deux ?"


def test_a_link_cannot_put_words_in_our_mouth(service: Service, opened: Opened) -> None:
    forged = "accueil=Payez&contact=0899&suggestions=Piège&tutoiement=oui"
    page = opened(f"{service.url}widget?{forged}")
    assert not re.search("Payez|0899|Piège", page.inner_text("body"))
    expect(page.locator("#contact")).to_have_text("Contact\u00a0: cdi@lycee-exemple.fr")
    expect(page.locator("h1")).to_contain_text("t’intrigue")
    inside = opened(service.url + "installer/apercu?ouvert=oui&accueil=Payez")
    inside.wait_for_load_state("networkidle")
    assert inside.locator("cap-ecommerce").count() == 0


def test_the_installer_composes_the_three_forms(service: Service, opened: Opened) -> None:
    page = opened(service.url + "installer", permissions=["clipboard-read", "clipboard-write"])
    script, iframe = page.locator("#script"), page.locator("#iframe")
    expect(script).to_have_text(f'<script src="{service.url}widget.js" defer></script>')
    expect(page.locator("#link")).to_contain_text(f'<a href="{service.url}">')
    page.get_by_text("En bas à gauche").click()
    page.get_by_label("Message d’accueil").fill('Bonjour "vous" & <eux>')
    page.get_by_label("Questions proposées").fill("Une ?\n\nDeux | trois ?\n4\n5\n6")
    page.get_by_label("Métier présenté par la page").select_option("web-designer")
    page.get_by_label("Décalage").fill("9999")
    page.get_by_label("Tutoyer").check()
    page.get_by_label("Couleur", exact=True).fill("#ffc247")
    expect(page.locator("#contraste")).to_contain_text("trop clair, il faut 4,5")
    text = script.inner_text()
    assert 'data-accueil="Bonjour &quot;vous&quot; &amp; &lt;eux>"' in text
    assert 'data-suggestions="Une ?|Deux   trois ?|4|5"' in text
    assert 'data-position="bas-gauche"' in text and 'data-decalage="400"' in text
    assert 'data-fiche="web-designer"' in text and 'data-tutoiement="oui"' in text
    assert "couleur" not in text
    assert "fiche=web-designer" in iframe.inner_text() and "decalage" not in iframe.inner_text()
    page.get_by_label("Couleur", exact=True).fill("0B5CAD")
    expect(script).to_contain_text('data-couleur="#0b5cad"')
    page.get_by_role("button", name="Copier le code du bouton").click()
    assert page.evaluate("navigator.clipboard.readText()") == script.inner_text()
    expect(page.locator("#csp")).to_contain_text(f"frame-src {service.url.rstrip('/')}")
    chosen = until(page, lambda: [f for f in page.frames if "accueil=Bonjour" in f.url], bool)
    expect(chosen[0].locator("h1")).to_have_text('Bonjour "vous" & <eux>')
    expect(page.get_by_label("Couleur", exact=True)).to_have_value("0B5CAD")
    page.get_by_role("button", name="Téléphone").click()
    expect(page.get_by_role("button", name="Téléphone")).to_have_attribute("aria-pressed", "true")
