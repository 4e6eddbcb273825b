import { describe, expect, it } from "vitest";
import { openPage } from "#connectors";
import type { Syntax } from "#connectors";

const URL_OF_PAGE = "https://dir.example/list/one.html";

function items(html: string, syntax: Syntax, url = URL_OF_PAGE): unknown {
  return openPage(Buffer.from(html), url).items(syntax);
}

describe("raw items of a page", () => {
  it("take JSON-LD apart, with the faults that pages have", () => {
    const html = `<script type="application/ld+json">// first\n[{"a": "x\ny",}, {"b": 1}]</script>
      <script type="application/ld+json">not json</script>`;
    expect(items(html, "jsonld")).toEqual([{ a: "x\ny" }, { b: 1 }]);
  });

  it("read microdata with references, several types and values in attributes", () => {
    const html = `<div itemscope itemtype="https://schema.org/Store" itemid="#s" itemref="more"><b itemprop="name"> Moss  Ltd </b>
      <a itemprop="url sameAs" href="/m">m</a><div itemprop="address" itemscope><meta itemprop="region" content="JM-02"></div></div>
      <time id="more" itemprop="since" datetime="1999">then</time>`;
    expect(items(html, "microdata")).toEqual([
      {
        type: "https://schema.org/Store",
        id: "#s",
        properties: {
          name: "Moss Ltd",
          url: "https://dir.example/m",
          sameAs: "https://dir.example/m",
          address: { properties: { region: "JM-02" } },
          since: "1999",
        },
      },
    ]);
  });

  it("read what RDFa patterns say of everything that copies them, also through other patterns", () => {
    const html = `<body vocab="https://schema.org/">
      <div typeof="Store"><link property="rdfa:copy" href="#p"><b property="name">Moss</b></div>
      <div typeof="Store"><link property="rdfa:copy" href="#p"><link property="rdfa:copy" href="#none"><b property="name">Fern</b></div>
      <div resource="#p" typeof="rdfa:Pattern"><link property="rdfa:copy" href="#q"><i property="telephone">5550101</i></div>
      <div resource="#q" typeof="rdfa:Pattern"><link property="rdfa:copy" href="#p"><i property="email">a@example.com</i></div></body>`;
    const nodes = (items(html, "rdfa") as Record<string, unknown>[]).filter((node) => "@type" in node);
    const store = (name: string): Record<string, unknown> => ({
      "@id": expect.stringMatching(/^_:/) as string,
      "@type": ["https://schema.org/Store"],
      "https://schema.org/name": [{ "@value": name }],
      "https://schema.org/telephone": [{ "@value": "5550101" }],
      "https://schema.org/email": [{ "@value": "a@example.com" }],
    });
    const unknown = { "http://www.w3.org/ns/rdfa#copy": [{ "@id": `${URL_OF_PAGE}#none` }] };
    expect(nodes).toEqual([store("Moss"), { ...store("Fern"), ...unknown }]);
  });

  it("read RDFa: vocabularies, prefixes, chains, lists and links that wait for their object", () => {
    const html = `<html><body vocab="https://schema.org/" prefix="ex: https://ex.example/#">
      <div typeof="Store" resource="#s"><span property="name">Moss</span><span property="ex:code" content="7">seven</span>
      <div property="address" typeof="PostalAddress"><i property="addressRegion">JM-02</i></div>
      <ul rel="ex:has"><li resource="#a"></li><li resource="#b"></li></ul>
      <p property="ex:order" inlist>first</p><p property="ex:order" inlist>second</p></div></body></html>`;
    const nodes = items(html, "rdfa") as Record<string, unknown>[];
    const store = nodes.find((node) => node["@id"] === "https://dir.example/list/one.html#s");
    expect(store).toMatchObject({
      "@type": ["https://schema.org/Store"],
      "https://schema.org/name": [{ "@value": "Moss" }],
      "https://ex.example/#code": [{ "@value": "7" }],
      "https://ex.example/#has": [{ "@id": `${URL_OF_PAGE}#a` }, { "@id": `${URL_OF_PAGE}#b` }],
      "https://ex.example/#order": [{ "@list": [{ "@value": "first" }, { "@value": "second" }] }],
    });
    expect(nodes).toContainEqual(
      expect.objectContaining({ "https://schema.org/addressRegion": [{ "@value": "JM-02" }] }) as unknown,
    );
  });

  it("read microformats of today and of before, with implied names and dates in parts", () => {
    const html = `<a class="h-card" href="/ann"><img src="a.jpg" alt="Ann Reid"></a>
      <div class="vevent"><b class="summary">Fair</b> <span class="dtstart"><i class="value">2024-05-06</i>
      <i class="value">7:30pm</i></span><span class="location vcard"><b class="fn org">Park</b></span></div>`;
    expect(items(html, "microformats")).toMatchObject({
      items: [
        {
          type: ["h-card"],
          properties: {
            name: ["Ann Reid"],
            url: ["https://dir.example/ann"],
            photo: [{ value: "https://dir.example/list/a.jpg", alt: "Ann Reid" }],
          },
        },
        {
          type: ["h-event"],
          properties: {
            name: ["Fair"],
            start: ["2024-05-06 19:30"],
            location: [{ type: ["h-card"], value: "Park", properties: { name: ["Park"], org: ["Park"] } }],
          },
        },
      ],
      rels: {},
    });
  });

  it("read Open Graph with the vocabularies that the page declares", () => {
    const html = `<html prefix="shop: https://shop.example/ns#"><head><meta property="og:title" content="Moss">
      <meta property="shop:till" content="4"><meta property="other:x" content="no"></head></html>`;
    expect(items(html, "opengraph")).toEqual([
      {
        namespace: { og: "http://ogp.me/ns#", shop: "https://shop.example/ns#" },
        properties: [
          ["og:title", "Moss"],
          ["shop:till", "4"],
        ],
      },
    ]);
  });
});

describe("the businesses of a page", () => {
  it("are put together from all syntaxes, each field with the syntax that states it", () => {
    const html = `<script type="application/ld+json">{"@type":"Store","name":"Moss Ltd","telephone":"876-555-0101"}</script>
      <div vocab="https://schema.org/" typeof="Store"><b property="name">Moss Ltd</b><b property="email">shop@moss.example</b></div>
      <div class="h-card"><b class="p-name">Moss Ltd</b><b class="p-tel">876-555-0199</b><b class="p-category">Hardware</b></div>
      <div class="vcard"><b class="n"><i class="given-name">Ann</i></b><b class="fn">Ann Reid</b><b class="tel">1</b></div>`;
    const found = openPage(Buffer.from(html), URL_OF_PAGE).businesses();
    expect(found).toHaveLength(1);
    expect(found[0]?.fields).toMatchObject({
      name: "Moss Ltd",
      telephone: "876-555-0101",
      email: "shop@moss.example",
      category: "Hardware",
    });
    expect(found[0]?.provenance).toMatchObject({
      telephone: { syntax: "jsonld", url: URL_OF_PAGE },
      email: { syntax: "rdfa" },
      category: { syntax: "microformats" },
    });
  });

  it("are the same whatever syntax states them, addresses as they are written", () => {
    const url = "https://moss.example";
    const pages = {
      jsonld: `<script type="application/ld+json">{"@type":"https://schema.org/Store","name":"Moss","telephone":"5550101","url":"${url}","sameAs":"${URL_OF_PAGE}"}</script>`,
      microdata: `<div itemscope itemtype="https://schema.org/Store"><b itemprop="name">Moss</b><b itemprop="telephone">5550101</b>
        <a itemprop="url" href="${url}">m</a><a itemprop="sameAs" href="${URL_OF_PAGE}">here</a></div>`,
      rdfa: `<body vocab="https://schema.org/"><div typeof="Store"><b property="name">Moss</b><b property="telephone">5550101</b>
        <a property="url" href="${url}">m</a><a property="sameAs" href="${URL_OF_PAGE}">here</a></div></body>`,
    };
    for (const [syntax, html] of Object.entries(pages)) {
      const [found] = openPage(Buffer.from(html), URL_OF_PAGE).businesses();
      expect(found?.types, syntax).toEqual(["Store"]);
      expect(found?.fields, syntax).toEqual({ name: "Moss", telephone: "5550101", url, sameAs: URL_OF_PAGE });
    }
  });

  it("are found in a page that nests without end, in time in proportion to its length", () => {
    const deep = `<div itemscope itemtype="https://schema.org/Store"><b itemprop="name">Moss</b><b itemprop="telephone">5550101</b>`;
    const html = deep + '<div class="h-card p-a" itemscope itemprop="x">'.repeat(20_000) + "<!--".repeat(20_000);
    expect(openPage(Buffer.from(html), URL_OF_PAGE).businesses()[0]?.fields).toMatchObject({ name: "Moss" });
  }, 10_000);
});
