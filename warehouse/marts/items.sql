-- Products and services.
insert into build.items (item_key, name, sku, category, unit_price, currency, active)
select key, name, sku, category, unit_price, currency, active from stage.items
