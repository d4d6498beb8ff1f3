-- reads a seed beside a model: dbt's OpenLineage wrapper leaves the seed out of the inputs
select
    customers.customer_id,
    customers.country,
    count(totals.order_id) as orders,
    sum(totals.paid) as spent
from {{ ref('raw_customers') }} as customers
left join {{ ref('order_totals') }} as totals on totals.customer_id = customers.customer_id
group by customers.customer_id, customers.country
