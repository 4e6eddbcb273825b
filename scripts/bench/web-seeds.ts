/** Pages, rules and answers of made-up firms, one for each syntax: what is spoiled by the benchmark of spoiled inputs. */

const ORGANISATION = {
  "@context": "https://schema.org",
  "@graph": [
    {
      "@type": ["Store", "HardwareStore"],
      "@id": "#firm",
      name: "Cedar Valley Hardware Ltd",
      telephone: ["876-555-0101", "+1 658 555 0102"],
      address: { "@type": "PostalAddress", streetAddress: "Shop 4, 12 Hill Road", addressRegion: "St. Andrew" },
      geo: { latitude: 18.01, longitude: "-76.79" },
    },
  ],
};

const PAGES: Readonly<Record<string, string>> = {
  jsonld: `<html><head><base href="/a/"><script type="application/ld+json">${JSON.stringify(ORGANISATION)}</script></head></html>`,
  microdata: `<div itemscope itemtype="https://schema.org/Restaurant" itemref="more"><h1 itemprop="name">Blue Bay Grill</h1>
    <a itemprop="telephone" href="tel:8765550103">call</a><div itemprop="address" itemscope itemtype="https://schema.org/PostalAddress">
    <span itemprop="addressLocality">Kingston 10</span><meta itemprop="addressCountry" content="JM"></div></div>
    <p id="more"><time itemprop="foundingDate" datetime="1999-05">May</time><img itemprop="image" src="a.jpg"></p>`,
  rdfa: `<body vocab="https://schema.org/" prefix="ex: https://ex.example/ns#"><div typeof="LocalBusiness" resource="#x">
    <span property="name" lang="en">Harbour Pharmacy</span><div property="address" typeof="PostalAddress">
    <span property="streetAddress">3 King Street</span></div><ol rel="ex:list" inlist><li resource="#a"></li></ol></div></body>`,
  microformats: `<div class="h-card"><a class="p-name u-url" href="/">Moss &amp; Sons</a><span class="p-tel">876 555 0104</span>
    <div class="p-adr h-adr"><span class="p-locality">Mandeville</span></div></div><div class="vcard"><span class="fn org">Old
    Mill</span><abbr class="bday" title="2001-02-03">then</abbr></div><div class="vevent"><span class="dtstart"><span
    class="value">2024-05-06</span> <span class="value">7:30pm</span></span></div>`,
  opengraph: `<html prefix="og: http://ogp.me/ns#"><head><meta property="og:type" content="business.business"><meta
    property="og:title" content="Reef Tours"><meta property="business:contact_data:locality" content="Negril"></head></html>`,
};

const ROBOTS =
  "User-agent: *\nDisallow: /private/*.html$\nAllow: /private/a%20b.html\nCrawl-delay: 3\n\nUser-agent: Customer360\nDisallow: /x\nSitemap: https://dir.example/s.xml\n";

const CUSTOMERS = {
  QueryResponse: {
    Customer: Array.from({ length: 12 }, (_, n) => ({
      Id: String(n + 1),
      SyncToken: "0",
      DisplayName: `Firm ${n + 1} Ltd`,
      Active: n % 4 !== 0,
      BillAddr: { Line1: `${n} Hill Road`, CountrySubDivisionCode: "Saint Ann", Lat: "INVALID" },
      PrimaryEmailAddr: { Address: "a@firm.example, b@firm.example" },
      MetaData: { LastUpdatedTime: `2026-01-${String(10 + n)}T09:30:00-08:00` },
    })),
    startPosition: 1,
    maxResults: 12,
  },
  time: "2026-03-02T12:00:00.000-08:00",
};

const GRID = {
  sheets: [
    {
      properties: { sheetId: 1, title: "Customers" },
      data: [
        {
          rowData: [
            ["Name", "Phone", "Since"],
            ["Ann Reid", "876-555-0105", 45_000],
            ["Omar Bailey", "", null],
          ].map((row) => ({
            values: row.map((cell) =>
              cell === null
                ? {}
                : { effectiveValue: typeof cell === "number" ? { numberValue: cell } : { stringValue: cell } },
            ),
          })),
        },
      ],
    },
  ],
};

const bytes = (texts: Readonly<Record<string, string>>): Readonly<Record<string, Buffer>> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]));

/** Seeds by source. */
export const WEB_SEEDS = {
  pages: bytes(PAGES),
  robots: bytes({ robots: ROBOTS }),
  quickbooks: bytes({ customers: JSON.stringify(CUSTOMERS) }),
  sheets: bytes({ grid: JSON.stringify(GRID) }),
} as const;
