// SPDX-License-Identifier: GPL-2.0
/*
 * simbus: an I2C adapter (number 1), an SPI controller (number 0) and two GPIO
 * lines (SIM_CLK and SIM_DIO), and a program plays what hangs on them. The
 * kernel's own i2c-stub speaks SMBus only, and nothing stands in for the rest.
 *
 * The program reads requests from /dev/simbus and writes an answer to each:
 *
 *	request  bus address written-length read-length   u16 each, then the bytes written
 *	answer   0 or a negative errno                    s32, then the bytes read
 *
 * bus 'i': an I2C transfer. bus 's': an SPI transfer, as many bytes each way.
 * bus 'o': GPIO line number address is driven to the level written. bus 'd': it
 * is let go, and its level is read. Without a program nothing is on the buses
 * (ENXIO); one that does not answer within a second is a stuck bus (ETIMEDOUT).
 */
#include <linux/completion.h>
#include <linux/gpio/driver.h>
#include <linux/i2c.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/spi/spi.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#define ROOM 4096

struct request {
	u16 bus, addr, wlen, rlen;
};

static DEFINE_MUTEX(turn);	/* one transfer at a time */
static DEFINE_MUTEX(lock);	/* all below */
static DECLARE_WAIT_QUEUE_HEAD(posted);
static DECLARE_COMPLETION(answered);
static enum { IDLE, POSTED, TAKEN, ANSWERED } state;
static bool served;
static struct request req;
static struct {
	s32 status;
	u8 data[ROOM];
} __packed answer;
static u8 written[ROOM];

static void post(u16 bus, u16 addr, u16 wlen, u16 rlen)
{
	req = (struct request){ bus, addr, wlen, rlen };
	reinit_completion(&answered);
	state = POSTED;
	wake_up_interruptible(&posted);
}

/* The caller holds turn and has filled written; the answer is in answer.data. */
static int transfer(u16 bus, u16 addr, u16 wlen, u16 rlen)
{
	int err = -ENXIO;

	mutex_lock(&lock);
	if (!served)
		goto out;
	post(bus, addr, wlen, rlen);
	mutex_unlock(&lock);
	wait_for_completion_timeout(&answered, HZ);
	mutex_lock(&lock);
	err = state == ANSWERED ? answer.status : -ETIMEDOUT;
	state = IDLE;
out:
	mutex_unlock(&lock);
	return err;
}

/* All messages of a transfer are for one chip: what is written, then what is read. */
static int i2c_xfer(struct i2c_adapter *a, struct i2c_msg *m, int n)
{
	int i, wlen = 0, rlen = 0, err = 0;
	u8 *from = answer.data;

	mutex_lock(&turn);
	for (i = 0; i < n && !err; i++) {
		bool reads = m[i].flags & I2C_M_RD;

		if (m[i].addr != m[0].addr || (rlen && !reads) || wlen + rlen + m[i].len > ROOM)
			err = -EOPNOTSUPP;
		else if (reads)
			rlen += m[i].len;
		else
			memcpy(written + wlen, m[i].buf, m[i].len), wlen += m[i].len;
	}
	if (!err)
		err = transfer('i', m[0].addr, wlen, rlen);
	for (i = 0; i < n && !err; i++)
		if (m[i].flags & I2C_M_RD)
			memcpy(m[i].buf, from, m[i].len), from += m[i].len;
	mutex_unlock(&turn);
	return err ? err : n;
}

static u32 i2c_func(struct i2c_adapter *a)
{
	return I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL;
}

static const struct i2c_algorithm i2c_algo = { .master_xfer = i2c_xfer, .functionality = i2c_func };
static struct i2c_adapter adapter = { .owner = THIS_MODULE, .name = "simbus", .algo = &i2c_algo, .nr = 1 };

static int spi_one(struct spi_controller *c, struct spi_device *dev, struct spi_transfer *t)
{
	int err;

	if (t->len > ROOM)
		return -EMSGSIZE;
	mutex_lock(&turn);
	if (t->tx_buf)
		memcpy(written, t->tx_buf, t->len);
	else
		memset(written, 0, t->len);
	err = transfer('s', 0, t->len, t->len);
	if (!err && t->rx_buf)
		memcpy(t->rx_buf, answer.data, t->len);
	mutex_unlock(&turn);
	return err;
}

static int line_drive(struct gpio_chip *g, unsigned int line, int level)
{
	int err;

	mutex_lock(&turn);
	written[0] = level;
	err = transfer('o', line, 1, 0);
	mutex_unlock(&turn);
	return err;
}

static void line_set(struct gpio_chip *g, unsigned int line, int level)
{
	line_drive(g, line, level);
}

static int line_get(struct gpio_chip *g, unsigned int line)
{
	int err;

	mutex_lock(&turn);
	err = transfer('d', line, 0, 1);
	if (!err)
		err = answer.data[0];
	mutex_unlock(&turn);
	return err;
}

static int line_input(struct gpio_chip *g, unsigned int line)
{
	int level = line_get(g, line);

	return level < 0 ? level : 0;
}

static const char *const line_names[] = { "SIM_CLK", "SIM_DIO" };
static struct gpio_chip lines = {
	.label = "simbus", .owner = THIS_MODULE, .base = -1, .ngpio = ARRAY_SIZE(line_names), .names = line_names,
	.can_sleep = true, .direction_input = line_input, .direction_output = line_drive, .get = line_get, .set = line_set,
};

static ssize_t dev_read(struct file *f, char __user *to, size_t n, loff_t *at)
{
	ssize_t len = -EMSGSIZE;

	do {
		if (wait_event_interruptible(posted, READ_ONCE(state) == POSTED))
			return -ERESTARTSYS;
		mutex_lock(&lock);
		if (state == POSTED)
			break;
		mutex_unlock(&lock);
	} while (1);
	if (n >= sizeof(req) + req.wlen) {
		len = sizeof(req) + req.wlen;
		if (copy_to_user(to, &req, sizeof(req)) || copy_to_user(to + sizeof(req), written, req.wlen))
			len = -EFAULT;
	}
	state = TAKEN;
	mutex_unlock(&lock);
	return len;
}

/* An answer that comes too late is refused, so it is never taken for the next. */
static ssize_t dev_write(struct file *f, const char __user *from, size_t n, loff_t *at)
{
	ssize_t len = n;

	mutex_lock(&lock);
	if (state != TAKEN)
		len = -ETIMEDOUT;
	else if (n != sizeof(answer.status) + req.rlen)
		len = -EINVAL;
	else if (copy_from_user(&answer, from, n))
		len = -EFAULT;
	else {
		state = ANSWERED;
		complete(&answered);
	}
	mutex_unlock(&lock);
	return len;
}

static int serve(bool on)
{
	int err = 0;

	mutex_lock(&lock);
	if (on && served)
		err = -EBUSY;
	else
		served = on;
	mutex_unlock(&lock);
	return err;
}

static int dev_open(struct inode *i, struct file *f) { return serve(true); }
static int dev_release(struct inode *i, struct file *f) { return serve(false); }

static const struct file_operations dev_ops = {
	.owner = THIS_MODULE, .open = dev_open, .release = dev_release, .read = dev_read, .write = dev_write,
};
static struct miscdevice dev = { .minor = MISC_DYNAMIC_MINOR, .name = "simbus", .fops = &dev_ops };
static struct platform_device *parent;
static struct spi_controller *spi;

static int __init add_spi(void)
{
	/* spidev binds to no device that calls itself spidev. */
	struct spi_board_info info = { .modalias = "dh2228fv", .max_speed_hz = 10000000 };
	int err;

	spi = spi_alloc_master(&parent->dev, 0);
	if (!spi)
		return -ENOMEM;
	spi->bus_num = 0;
	spi->num_chipselect = 1;
	spi->mode_bits = SPI_CPOL | SPI_CPHA;
	spi->bits_per_word_mask = SPI_BPW_MASK(8);
	spi->transfer_one = spi_one;
	err = spi_register_controller(spi);
	if (err) {
		spi_controller_put(spi);
		return err;
	}
	if (spi_new_device(spi, &info))
		return 0;
	spi_unregister_controller(spi);
	return -ENODEV;
}

static int __init simbus_init(void)
{
	int err;

	parent = platform_device_register_simple("simbus", -1, NULL, 0);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	adapter.dev.parent = &parent->dev;
	err = misc_register(&dev);
	if (err)
		goto out_parent;
	err = i2c_add_numbered_adapter(&adapter);
	if (err)
		goto out_dev;
	lines.parent = &parent->dev;
	err = gpiochip_add_data(&lines, NULL);
	if (err)
		goto out_i2c;
	err = add_spi();
	if (!err)
		return 0;
	gpiochip_remove(&lines);
out_i2c:
	i2c_del_adapter(&adapter);
out_dev:
	misc_deregister(&dev);
out_parent:
	platform_device_unregister(parent);
	return err;
}

static void __exit simbus_exit(void)
{
	spi_unregister_controller(spi);
	gpiochip_remove(&lines);
	i2c_del_adapter(&adapter);
	misc_deregister(&dev);
	platform_device_unregister(parent);
}

module_init(simbus_init);
module_exit(simbus_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("I2C, SPI and GPIO whose far end is played by a program");
