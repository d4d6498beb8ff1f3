select
    order_id,
    amount_cents / 100.0 as amount
from {{ ref('raw_payments') }}
