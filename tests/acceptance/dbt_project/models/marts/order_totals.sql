select
    orders.order_id,
    orders.customer_id,
    orders.order_date,
    sum(payments.amount) as paid
from {{ ref('stg_orders') }} as orders
join {{ ref('stg_payments') }} as payments on payments.order_id = orders.order_id
group by orders.order_id, orders.customer_id, orders.order_date
